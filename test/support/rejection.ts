/** What a promise rejects with; it is a fault of the test when it does not. */
export async function rejection<E = Error & { readonly code?: string }>(promise: Promise<unknown>): Promise<E> {
  const settled = await promise.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in settled) return settled.error as E;
  throw new Error(`It was to reject, and resolved to ${JSON.stringify(settled.value)}.`);
}
