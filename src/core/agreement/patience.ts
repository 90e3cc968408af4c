/** How long a wait of several steps may take: one signal for all of them, whether its caller gives up or the time is over. */
import { offAbort, onAbort } from '../aborts.js';
import type { Deadlines } from '../deadlines.js';
import type { HubError } from '../errors.js';
import type { PatienceOptions } from './options.js';

/** `late`: what the signal's reason is when the time is over. */
export async function patiently<R>(deadlines: Deadlines, { timeout = 0, signal }: PatienceOptions, late: () => HubError, wait: (signal: AbortSignal | undefined) => Promise<R>): Promise<R> {
  if (timeout === 0) return wait(signal);
  const over = new AbortController();
  const deadline = deadlines.add(timeout, { expired: () => over.abort(late()) });
  try {
    return await wait(signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]));
  } finally {
    deadline.cancel();
  }
}

/** What the promise comes to, unless the signal aborts first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settled = (): void => offAbort(signal, abort);
    if (signal.aborted) abort();
    onAbort(signal, abort);
    promise.then(resolve, reject).finally(settled);
  });
}
