/** Where the lives of the processes are written down. */

export interface Logger {
  info(...message: readonly unknown[]): void;
  error(...message: readonly unknown[]): void;
}

/** A function hears all of it, as the old `logging` option has it; without one it goes to the console. */
export function loggerOf(name: string, logging?: unknown): Logger {
  if (typeof logging !== 'function') return { info: (...message) => console.log(name, ...message), error: (...message) => console.error(name, ...message) };
  const log = (...message: readonly unknown[]): void => {
    Reflect.apply(logging, undefined, message);
  };
  return { info: log, error: log };
}
