/** Whether there is something to wait for: a promise, or what behaves as one. Looking may run its code, which may throw. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
