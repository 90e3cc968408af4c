/** Stands for what must not run twice. A real one writes the token beside what it changes, and refuses a lower one. */
export async function migrate(name, { token, signal }) {
  signal.throwIfAborted();
  console.log(`${name} runs (its token is a ${Number.isSafeInteger(token) ? 'safe integer' : 'surprise'})`);
}
