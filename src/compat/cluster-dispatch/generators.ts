/** Runs generators as the package co does: what they yield is waited for, and its result or error is what `yield` gives. */

export type AnyGenerator = Generator<unknown, unknown, unknown>;

export async function drive(generator: AnyGenerator): Promise<unknown> {
  let step = generator.next();
  while (step.done !== true) {
    const settled = await settle(step.value);
    step = 'value' in settled ? generator.next(settled.value) : generator.throw(settled.error);
  }
  return step.value;
}

export function isGenerator(value: unknown): value is AnyGenerator {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value && typeof value.next === 'function' && 'throw' in value;
}

async function settle(yielded: unknown): Promise<{ readonly value: unknown } | { readonly error: unknown }> {
  try {
    return { value: await resolve(yielded) };
  } catch (error) {
    return { error };
  }
}

async function resolve(yielded: unknown): Promise<unknown> {
  if (isGenerator(yielded)) return drive(yielded);
  if (typeof yielded === 'function') return called(yielded);
  if (Array.isArray(yielded)) return Promise.all(yielded.map(resolve));
  if (typeof yielded === 'object' && yielded !== null && Object.getPrototypeOf(yielded) === Object.prototype) {
    return Object.fromEntries(await Promise.all(Object.entries(yielded).map(async ([name, value]) => [name, await resolve(value)])));
  }
  return yielded;
}

/** A generator function, or a function that takes a callback and nothing else. */
function called(yielded: Function): unknown {
  if (Object.prototype.toString.call(yielded) === '[object GeneratorFunction]') return drive(yielded() as AnyGenerator);
  return new Promise((done, failed) => {
    yielded((error: unknown, result: unknown) => (error === null || error === undefined ? done(result) : failed(error)));
  });
}
