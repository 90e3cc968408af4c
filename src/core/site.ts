/** Where in a user's code something was asked for: the line that called `entry`, as far as the host can tell. */
export function captureSite(entry: (...args: never) => unknown): string | undefined {
  if (host.captureStackTrace === undefined) return undefined;
  const limit = host.stackTraceLimit;
  const trace: { readonly stack?: string } = {};
  host.stackTraceLimit = 1;
  host.captureStackTrace(trace, entry);
  host.stackTraceLimit = limit;
  return /\n\s*(at .*)/.exec(trace.stack ?? '')?.[1];
}

const host = Error as typeof Error & {
  stackTraceLimit?: number | undefined;
  captureStackTrace?: (target: object, below: (...args: never) => unknown) => void;
};
