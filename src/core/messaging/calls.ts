/**
 * The requests that this member has made: each is settled once, by an answer, by its deadline, by its signal, or by the
 * end of the member that it is at.
 */
import type { Address, Call, RequestOptions } from '../api.js';
import { offAbort, onAbort } from '../aborts.js';
import { decode, encode } from '../codec/codec.js';
import { encodeFailure, readFailure } from '../codec/failure.js';
import type { Deadlines } from '../deadlines.js';
import { HubError } from '../errors.js';
import { shorter } from '../inheritance.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Arrival, Envelope, EnvelopeType, Payload } from '../protocol.js';
import { STREAM, isStream } from './flow.js';
import { Inflow } from './inflow.js';
import { Letter } from './letter.js';
import { noReceiver } from './outbox.js';
import type { Outbox } from './outbox.js';
import { Outflow } from './outflow.js';
import { PendingCall } from './pending-call.js';
import type { CallKeeper } from './pending-call.js';
import { PendingCalls } from './pending-calls.js';
import { RunningCall } from './running-call.js';
import { iteratorOf } from '../iterator-of.js';
import { shownName } from '../shown-name.js';

export interface CallOptions {
  readonly to?: Address;
  readonly signal?: AbortSignal | undefined;
  /** As of `PendingCall`. */
  readonly isListening?: boolean;
}

/** Encoded, or to be sent in parts. */
export type Input = Payload | AsyncIterable<unknown>;

export class Calls implements CallKeeper {
  readonly #outbox: Outbox;
  readonly #deadlines: Deadlines;
  readonly #keepAlive: KeepAlive;
  readonly #pending = new PendingCalls();

  constructor(outbox: Outbox, deadlines: Deadlines, keepAlive: KeepAlive) {
    this.#outbox = outbox;
    this.#deadlines = deadlines;
    this.#keepAlive = keepAlive;
  }

  /** What is asked for the sake of another request waits no longer than that one, and is given up with it. */
  request(method: string, input: Input, timeout: number, { to, signal, within }: RequestOptions): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (within && isAborted(within)) return Promise.reject(within.signal.reason);
    const patience = within ? shorter(timeout, within.remaining) : timeout;
    if (patience < 0) return Promise.reject(new HubError('TIMEOUT', `"${method}" was not asked: the time of the request that it is for is over.`, { mayHaveRun: false }));
    return new Promise((resolve, reject) => {
      const call = this.#begin(method, input, patience, to, signal, resolve, reject);
      if (within) this.#adopt(call, within);
      if (patience > 0) call.deadline = this.#deadlines.add(patience, call);
      this.#post(call);
    });
  }

  /** Asks when the first part is read. `timeout` is how long to wait for it; then the answer may take its time. */
  stream(method: string, value: unknown, timeout: number, { to, signal, within }: RequestOptions): Inflow {
    const title = `the answer to "${method}"`;
    let input: Input;
    try {
      input = isStream(value) ? value : encode(value);
    } catch (error) {
      return Inflow.failed(title, error);
    }
    let call: PendingCall | undefined;
    const answer: Inflow = new Inflow(title, {
      begin: () => {
        if (signal?.aborted === true) return answer.fail(signal.reason);
        if (within && isAborted(within)) return answer.fail(within.signal.reason);
        const fail = (reason: unknown): void => (signal?.aborted === true ? answer.cut(reason) : answer.fail(reason));
        const end = (value: unknown): void => {
          // A handler that answers with one value streams one.
          if (value !== undefined) answer.push({ value }, 0);
          answer.end();
        };
        const begun = this.#begin(method, input, 0, to, signal, end, fail);
        begun.takesParts = true;
        begun.answer = answer;
        if (within) this.#adopt(begun, within);
        if (timeout > 0) begun.deadline = this.#deadlines.add(timeout, { expired: () => this.#cancel(begun, tooLate(begun, timeout)) });
        call = begun;
        this.#post(begun);
      },
      credit: (parts) => call !== undefined && this.#tell(call, 'credit', '', parts),
      stop: () => call !== undefined && !call.isWithdrawn && this.#cancel(call, undefined),
    });
    return answer;
  }

  /**
   * Asks for one value or a stream, whichever it will be: `resolve` gets the value or, as soon as a first part comes, the
   * parts behind it; the first one says only that there are parts. Reading them takes no part in `timeout`.
   */
  call(method: string, payload: Payload, timeout: number, { to, signal, isListening = false }: CallOptions, resolve: (value: unknown) => void, reject: (reason: unknown) => void): void {
    if (signal?.aborted === true) return reject(signal.reason);
    const call = this.#begin(method, payload, timeout, to, signal, resolve, reject, isListening);
    call.takesParts = true;
    if (timeout > 0) call.deadline = this.#deadlines.add(timeout, call);
    this.#post(call);
  }

  /** A part of an answer has come. */
  chunkCame(envelope: Envelope<Arrival>): void {
    const call = this.#pending.at(envelope);
    if (call === undefined || call.isWithdrawn) return;
    call.deadline?.cancel();
    if (call.answer !== undefined) call.answer.push(envelope.payload, envelope.extra);
    else if (call.takesParts) this.#openAnswer(call, envelope);
  }

  /** A handler wants more of the input. */
  credited(envelope: Envelope<Arrival>): void {
    this.#pending.at(envelope)?.input?.credit(envelope.extra);
  }

  /** A reply or a failure has come. */
  answered(envelope: Envelope<Arrival>): void {
    const call = this.#pending.at(envelope);
    if (call === undefined) return;
    if (call.isWithdrawn) return this.#pending.free(call);
    if (envelope.type === 'reply') return this.#resolve(call, envelope.payload);

    const thrown = readFailure(envelope.payload);
    if (isRefusal(thrown)) this.#turnedAway(call, thrown);
    else this.#reject(call, thrown);
  }

  /** A request has come back: its member never saw it. */
  returned(envelope: Envelope<Arrival>, why: 'absent' | 'full'): void {
    const call = this.#pending.at(envelope);
    if (call === undefined) return;
    if (call.isWithdrawn) return this.#pending.free(call);
    if (why === 'full') {
      this.#turnedAway(call, new HubError('OVERLOADED', `"${shownName(call.name)}" was not asked: too much waits for that member already.`, { mayHaveRun: false }));
    } else if (call.to === undefined) {
      this.#turnedAway(call, noReceiver(call));
    } else {
      this.#reject(call, new HubError('LOST', `The member that "${shownName(call.name)}" was for has left before it was asked.`, { mayHaveRun: false }));
    }
  }

  memberLeft(number: number): void {
    for (const call of this.#pending.all()) {
      if (call.member !== number) continue;
      this.#pending.free(call);
      if (!call.isWithdrawn) this.#fail(call, new HubError('LOST', `The member that was asked for "${shownName(call.name)}" has left before it answered.`, { mayHaveRun: true }));
    }
  }

  /** What has not departed is none the worse: it goes out with the next session. An answer to the others may still be on its way. */
  lost(error: HubError): void {
    for (const call of this.#pending.all()) {
      if (call.member === 0) continue;
      this.#pending.retire(call);
      if (!call.isWithdrawn) this.#fail(call, new HubError('LOST', `The group was lost before "${shownName(call.name)}" was answered: ${error.message}`, { mayHaveRun: true, cause: error }));
    }
  }

  closed({ code, message, cause }: HubError): void {
    for (const call of this.#pending.all()) {
      this.#pending.free(call);
      if (!call.isWithdrawn) this.#fail(call, new HubError(code, message, { mayHaveRun: call.member !== 0, cause }));
    }
  }

  expired(call: PendingCall): void {
    this.#cancel(call, tooLate(call, call.timeout));
  }

  aborted(call: PendingCall): void {
    this.#cancel(call, call.signal?.aborted === true ? call.signal.reason : call.parent?.reason);
  }

  /** That all who handle it have too much to do says more than that there is nobody else. */
  stranded(call: PendingCall, error: HubError): void {
    this.#reject(call, error.code === 'NO_RECEIVER' && call.overload !== undefined ? call.overload : error);
  }

  #begin(
    method: string,
    input: Input,
    timeout: number,
    to: Address | undefined,
    signal: AbortSignal | undefined,
    resolve: (value: unknown) => void,
    reject: (reason: unknown) => void,
    isListening = false,
  ): PendingCall {
    const comesInParts = isStream(input);
    const parts = comesInParts ? iteratorOf(input) : undefined;
    const call = new PendingCall(this, this.#pending.number(), method, comesInParts ? STREAM : input, to, timeout, signal, resolve, reject);
    if (parts !== undefined) this.#pour(call, parts);
    this.#pending.add(call);
    call.isListening = isListening;
    if (isListening) this.#keepAlive.listen();
    else this.#keepAlive.begin();
    onAbort(signal, call);
    return call;
  }

  /** A request ends in time by itself. The parts of a stream are told when the time is over. */
  #adopt(call: PendingCall, within: Call): void {
    if (within instanceof RunningCall && !call.takesParts) {
      call.parent = within;
      return within.adopt(call);
    }
    call.parent = within.signal;
    onAbort(within.signal, call);
  }

  /** What settled the call ends its parts from now on. */
  #openAnswer(call: PendingCall, { payload, extra }: Envelope<Arrival>): void {
    const answer: Inflow = new Inflow(`the answer to "${shownName(call.name)}"`, {
      begin: () => {
        // It has begun by itself.
      },
      credit: (parts) => this.#tell(call, 'credit', '', parts),
      stop: () => {
        if (!call.isWithdrawn) this.#cancel(call, undefined);
      },
    });
    const { resolve, signal } = call;
    call.answer = answer;
    call.resolve = () => answer.end();
    call.reject = (reason) => (signal?.aborted === true ? answer.cut(reason) : answer.fail(reason));
    answer.next().then(undefined, () => {
      // The first part is nobody's.
    });
    answer.push(payload, extra);
    resolve(answer);
  }

  /** Nothing goes before the handler asks for it: a request that is turned away has lost nothing of its input. */
  #pour(call: PendingCall, parts: AsyncIterator<unknown>): void {
    const outlet = {
      part: (payload: Payload, place: number): void => this.#tell(call, 'input', payload, place),
      ended: (): void => this.#tell(call, 'input.end', '', 0),
      failed: (thrown: unknown): void => this.#tell(call, 'input.failure', encodeFailure(thrown), 0),
    };
    call.input = new Outflow(parts, outlet, 0);
    void call.input.run();
  }

  #post(call: PendingCall): void {
    try {
      this.#outbox.post(call);
    } catch (error) {
      this.#reject(call, error);
    }
  }

  /** Its member is told that nobody waits any more; the place stays taken until the answer comes. */
  #cancel(call: PendingCall, reason: unknown): void {
    if (call.member === 0) return this.#reject(call, reason);
    this.#fail(call, reason);
    this.#tell(call, 'cancel', '', 0);
  }

  #tell(call: PendingCall, type: EnvelopeType, payload: Payload, parts: number): void {
    this.#outbox.post(new Letter(type, '', call.call, payload, call.member, undefined, parts));
  }

  /** It has not run: whoever else handles the method may be asked. */
  #turnedAway(call: PendingCall, error: HubError): void {
    call.refusals += 1;
    if (call.to !== undefined || call.refusals > MOST_REFUSALS) return this.#reject(call, error);
    call.refused = call.member;
    if (error.code === 'OVERLOADED') call.overload = error;
    call.member = 0;
    this.#post(call);
  }

  #resolve(call: PendingCall, payload: Arrival): void {
    this.#pending.free(call);
    this.#settled(call);
    try {
      call.resolve(decode(payload));
    } catch (error) {
      call.reject(error);
    }
  }

  #reject(call: PendingCall, reason: unknown): void {
    this.#pending.free(call);
    this.#fail(call, reason);
  }

  #fail(call: PendingCall, reason: unknown): void {
    this.#settled(call);
    call.reject(reason);
  }

  #settled(call: PendingCall): void {
    call.isWithdrawn = true;
    call.deadline?.cancel();
    offAbort(call.signal, call);
    if (call.parent instanceof RunningCall) call.parent.dismiss(call);
    else offAbort(call.parent, call);
    call.input?.stop();
    if (call.isListening) this.#keepAlive.unlisten();
    else this.#keepAlive.end();
  }
}

/** How many members may turn a request away before its asker hears of it. */
const MOST_REFUSALS = 8;

/** To look at its signal would make one. */
function isAborted(call: Call): boolean {
  return call instanceof RunningCall ? call.isAborted : call.signal.aborted;
}

function tooLate({ name, member }: PendingCall, timeout: number): HubError {
  return new HubError('TIMEOUT', `"${shownName(name)}" was not answered within ${timeout} ms.`, { mayHaveRun: member !== 0 });
}

/** Only hubs say this, of what no handler has seen: `Answers` sees to it that a handler cannot. */
function isRefusal(thrown: unknown): thrown is HubError {
  return thrown instanceof HubError && thrown.mayHaveRun === false && thrown.code === 'NO_RECEIVER';
}
