/** The options of telling and asking, checked where they come in. */
import type { BroadcastOptions, Call, GatherOptions, HandleOptions, ListenOptions, RequestOptions, SendOptions, StreamOptions, SubscribeOptions } from '../api.js';
import { checkAddress, checkBoolean, checkCount, checkDuration, checkSignal, describe } from '../arguments.js';
import { checkOptions } from '../options.js';
import type { OptionNames } from '../options.js';

export function checkListening(options: ListenOptions): void {
  checkOptions('hub.on()', options, LISTEN);
  checkRunning(options);
}

export function checkHandling(options: HandleOptions): void {
  checkOptions('hub.handle()', options, HANDLE);
  checkRunning(options);
}

export function checkSubscribing(options: SubscribeOptions): void {
  checkOptions('hub.subscribe()', options, SUBSCRIBE);
  const { buffer, overflow, signal } = options;
  if (buffer !== undefined) checkCount('buffer', buffer);
  if (signal !== undefined) checkSignal(signal);
  if (overflow === undefined || overflow === 'drop-oldest' || overflow === 'drop-newest' || overflow === 'error') return;
  throw new TypeError(`\`overflow\` is "drop-oldest", "drop-newest" or "error", not ${describe(overflow)}.`);
}

export function checkSending(options: SendOptions): void {
  checkOptions('hub.send()', options, SEND);
  if (options.to !== undefined) checkAddress(options.to);
}

export function checkBroadcasting(options: BroadcastOptions): void {
  checkOptions('hub.broadcast()', options, BROADCAST);
  if (options.self !== undefined) checkBoolean('self', options.self);
  if (options.retain !== undefined) checkBoolean('retain', options.retain);
}

export function checkRequest(options: RequestOptions): void {
  checkOptions('hub.request()', options, REQUEST);
  checkAsking(options);
  const { retries, idempotent } = options;
  if (idempotent !== undefined) checkBoolean('idempotent', idempotent);
  if (retries !== undefined && (!Number.isInteger(retries) || retries < 0)) throw new RangeError(`\`retries\` is a whole number from 0 on, not ${describe(retries)}.`);
}

export function checkStreaming(options: StreamOptions): void {
  checkOptions('hub.stream()', options, STREAM);
  checkAsking(options);
}

export function checkGathering(options: GatherOptions): void {
  checkOptions('hub.gather()', options, GATHER);
  checkAsking(options);
}

const LISTEN: OptionNames<ListenOptions> = { concurrency: true, signal: true };
const HANDLE: OptionNames<HandleOptions> = { concurrency: true, signal: true };
const SUBSCRIBE: OptionNames<SubscribeOptions> = { buffer: true, overflow: true, signal: true };
const SEND: OptionNames<SendOptions> = { to: true };
const BROADCAST: OptionNames<BroadcastOptions> = { self: true, retain: true };
const GATHER: OptionNames<GatherOptions> = { timeout: true, signal: true, within: true };
const STREAM: OptionNames<StreamOptions> = { to: true, ...GATHER };
const REQUEST: OptionNames<RequestOptions> = { ...STREAM, retries: true, idempotent: true };

function checkRunning({ concurrency, signal }: ListenOptions): void {
  if (concurrency !== undefined) checkCount('concurrency', concurrency);
  if (signal !== undefined) checkSignal(signal);
}

function checkAsking({ timeout, to, signal, within }: StreamOptions): void {
  if (timeout !== undefined) checkDuration('timeout', timeout);
  if (to !== undefined) checkAddress(to);
  if (signal !== undefined) checkSignal(signal);
  if (within !== undefined && within !== null) checkCall(within);
}

/** The call that something is done for. */
export function checkCall(within: unknown): asserts within is Call {
  if (typeof within === 'object' && within !== null && 'remaining' in within) return;
  throw new TypeError(`\`within\` is the call that a handler was given, as in hub.handle(method, (input, call) => ...), not ${describe(within)}.`);
}
