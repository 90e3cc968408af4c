/**
 * The requests that this member answers: each exactly once, by one reply or one failure, whatever its handler does; what
 * a handler streams goes in parts before it. A request that is cancelled is answered at once, so that its asker may use the number again.
 */
import type PQueue from 'p-queue';
import type { Call, HandleOptions } from '../api.js';
import { decode, encode } from '../codec/codec.js';
import { encodeFailure, readFailure } from '../codec/failure.js';
import { HubError } from '../errors.js';
import { Numbered } from '../numbered.js';
import type { Arrival, Envelope, EnvelopeType, Payload } from '../protocol.js';
import { iteratorOf } from '../iterator-of.js';
import { shownName } from '../shown-name.js';
import { isThenable } from '../thenable.js';
import type { Directory } from '../directory.js';
import { STREAM, WINDOW, isPrompt, isStream } from './flow.js';
import { Handlers } from './handlers.js';
import type { Answer, HandlersPorts } from './handlers.js';
import { Inflow } from './inflow.js';
import { Letter } from './letter.js';
import type { Outbox } from './outbox.js';
import { Outflow } from './outflow.js';
import { Refusal } from './refusal.js';
import { RunningCall } from './running-call.js';
import type { Surroundings } from './running-call.js';
import { Workload } from './workload.js';

export type { Answer };

export interface AnswersPorts extends Surroundings, HandlersPorts {
  readonly outbox: Outbox;
  readonly directory: Directory;
}

export class Answers {
  readonly #ports: AnswersPorts;
  readonly #handlers: Handlers;
  readonly #workload = new Workload();
  /** By asker and its number: those that go on after their envelope was received. */
  readonly #running = new Map<number, Numbered<RunningCall>>();
  /** An answer that had to wait, and then could not be sent. */
  readonly #stranded = ({ type, call, to }: Letter, error: HubError): void => {
    if (type === 'reply' && typeof to === 'number') this.#post(to, 'failure', call, encodeFailure(error));
  };

  constructor(ports: AnswersPorts) {
    this.#ports = ports;
    this.#handlers = new Handlers(ports);
  }

  /** `isOwn`: it is the hub's, not its user's: it keeps no process alive, and answers until the hub has left. */
  handle(method: string, answer: Answer, options: HandleOptions = {}, isOwn = false): Disposable {
    return this.#handlers.add(method, answer, options, isOwn);
  }

  received(envelope: Envelope<Arrival>): void {
    const handler = this.#handlers.get(envelope.name);
    if (handler === undefined) {
      const refusal = new HubError('NO_RECEIVER', `The member that was asked does not handle "${envelope.name}".`, { mayHaveRun: false });
      return this.#post(envelope.member, 'failure', envelope.call, encodeFailure(refusal));
    }
    const from = this.#ports.directory.member(envelope.member);
    if (from === undefined) return;
    const call = new RunningCall(from, envelope, this.#ports);
    let input: unknown;
    try {
      input = isParts(envelope.payload) ? this.#inflow(call) : decode(envelope.payload);
    } catch (error) {
      return this.#fail(call, error);
    }
    if (handler.queue === undefined) this.#run(handler.answer, input, call);
    else this.#queue(handler.queue, handler.answer, input, call);
  }

  cancelled({ member, call: number }: Envelope<Arrival>): void {
    const call = this.#running.get(member)?.get(number);
    if (call === undefined) return;
    this.#release(call);
    this.#post(member, 'reply', number, '');
    call.ended();
    call.abort(new DOMException(`The asker of "${call.method}" has given up.`, 'AbortError'));
  }

  /** A part of a request's input, or its end. */
  inputCame({ type, member, call: number, extra: place, payload }: Envelope<Arrival>): void {
    const input = this.#running.get(member)?.get(number)?.input;
    if (type === 'input') input?.push(payload, place);
    else if (type === 'input.end') input?.end();
    else input?.fail(readFailure(payload));
  }

  /** An asker has read parts of an answer. */
  credited({ member, call, extra: parts }: Envelope<Arrival>): void {
    this.#running.get(member)?.get(call)?.answer?.credit(parts);
  }

  memberLeft(number: number): void {
    this.#abandon(number, new HubError('LOST', 'The asker has left.'));
  }

  /** No asker can be reached any more. */
  lost(error: HubError): void {
    for (const number of [...this.#running.keys()]) this.#abandon(number, error);
  }

  /** Whether it answers any method. */
  get isHandling(): boolean {
    return this.#handlers.isAny;
  }

  /** Takes no more requests. */
  stop(): void {
    this.#handlers.end();
  }

  /** Resolves when no handler is at work, but for that of the call `within` which this is asked. */
  idle(within?: Call): Promise<void> {
    return this.#workload.over(within);
  }

  #abandon(asker: number, reason: HubError): void {
    const calls = this.#running.get(asker);
    if (calls === undefined) return;
    this.#running.delete(asker);
    for (const call of calls.values()) {
      call.ended();
      call.abort(reason);
    }
  }

  #run(answer: Answer, input: unknown, call: RunningCall): void {
    let output: unknown;
    let kind: 'value' | 'stream' | 'promise';
    try {
      output = answer(input, call);
      // Looking at what it returned may run its code, a getter or a trap, which may throw as well.
      // What is both, as a gathering, is what its asker can take.
      const isPromise = isThenable(output);
      kind = isStream(output) && (call.takesParts || !isPromise) ? 'stream' : isPromise ? 'promise' : 'value';
    } catch (thrown) {
      return this.#fail(call, thrown);
    }
    if (kind === 'stream') return this.#begin(call, output as AsyncIterable<unknown>);
    if (kind === 'value') return this.#reply(call, output);

    this.#keep(call);
    this.#workload.began(call);
    Promise.resolve(output).then(
      (value) => this.#fulfilled(call, value),
      (thrown: unknown) => {
        this.#fail(call, thrown);
        this.#workload.finished(call);
      },
    );
  }

  /** What a handler has promised is there; to look at it may throw as well. */
  #fulfilled(call: RunningCall, value: unknown): void {
    try {
      if (isStream(value)) return this.#pourOut(call, value);
      this.#reply(call, value);
    } catch (thrown) {
      this.#fail(call, thrown);
    }
    this.#workload.finished(call);
  }

  #queue(queue: PQueue, answer: Answer, input: unknown, call: RunningCall): void {
    this.#keep(call);
    this.#workload.began(call);
    void queue.add(async () => {
      try {
        if (call.isAnswered) return;
        const output = await answer(input, call);
        if (isStream(output)) await this.#pour(call, output);
        else this.#reply(call, output);
      } catch (thrown) {
        this.#fail(call, thrown);
      } finally {
        this.#workload.finished(call);
      }
    });
  }

  #begin(call: RunningCall, source: AsyncIterable<unknown>): void {
    this.#keep(call);
    this.#workload.began(call);
    this.#pourOut(call, source);
  }

  #pourOut(call: RunningCall, source: AsyncIterable<unknown>): void {
    void this.#pour(call, source).then(() => this.#workload.finished(call));
  }

  /** Resolves when the source has ended, or is not wanted any more; never rejects. */
  async #pour(call: RunningCall, source: AsyncIterable<unknown>): Promise<void> {
    const { from, method, number } = call;
    let iterator: AsyncIterator<unknown>;
    try {
      iterator = iteratorOf(source);
    } catch (thrown) {
      return this.#fail(call, thrown);
    }
    const answer = new Outflow(
      iterator,
      {
        part: (payload, place) => this.#post(from.number, 'chunk', number, payload, place),
        ended: () => this.#reply(call, undefined),
        failed: (thrown) => this.#fail(call, thrown),
      },
      WINDOW.parts,
    );
    if (!call.takesParts) this.#fail(call, new TypeError(`"${method}" answers with a stream. Ask for it by hub.stream(), or return an array.`));
    if (call.isAnswered) return answer.stop();
    call.answer = answer;
    if (isPrompt(source)) source.prompt((part) => answer.offer(part));
    await answer.run();
  }

  /** Its asker sends when the handler begins to read. */
  #inflow(call: RunningCall): Inflow {
    const { from, method, number } = call;
    const ask = (parts: number): void => this.#post(from.number, 'input.credit', number, '', parts);
    call.input = new Inflow(`the input of "${method}"`, {
      begin: () => ask(WINDOW.parts),
      credit: ask,
      stop: () => {
        // The answer tells its asker.
      },
    });
    this.#keep(call);
    return call.input;
  }

  #reply(call: RunningCall, value: unknown): void {
    if (call.isAnswered) return;
    try {
      this.#post(call.from.number, 'reply', call.number, encode(value));
    } catch (error) {
      return this.#fail(call, tooLarge(error, call.method));
    }
    this.#done(call);
  }

  #fail(call: RunningCall, thrown: unknown): void {
    if (call.isAnswered) return;
    this.#done(call);
    try {
      this.#post(call.from.number, 'failure', call.number, encodeFailure(hasRun(thrown)));
    } catch (error) {
      // Even what it threw was too much for the wire; that much is not.
      this.#post(call.from.number, 'failure', call.number, encodeFailure(error));
    }
  }

  #done(call: RunningCall): void {
    call.ended();
    call.input?.cut(new HubError('CLOSED', `"${call.method}" has been answered: no more of its input comes.`));
    this.#release(call);
  }

  #post(to: number, type: EnvelopeType, call: number, payload: Payload, parts = 0): void {
    this.#ports.outbox.post(new Letter(type, '', call, payload, to, this.#stranded, parts));
  }

  #keep(call: RunningCall): void {
    let calls = this.#running.get(call.from.number);
    if (calls === undefined) this.#running.set(call.from.number, (calls = new Numbered()));
    calls.set(call.number, call);
  }

  #release(call: RunningCall): void {
    this.#running.get(call.from.number)?.delete(call.number);
  }
}

function isParts(payload: Arrival): boolean {
  return typeof payload === 'object' && 'form' in payload && payload.form === STREAM.form;
}

/** Who carries an answer knows its call's number only. */
function tooLarge(error: unknown, method: string): unknown {
  if (!(error instanceof HubError) || error.code !== 'TOO_LARGE') return error;
  return new HubError('TOO_LARGE', `The answer to "${shownName(method)}" is too large. ${error.message}`, { cause: error });
}

/** Of a handler's own requests some may not have run; the handler has, unless it was never let in. */
function hasRun(thrown: unknown): unknown {
  if (!(thrown instanceof HubError) || thrown.mayHaveRun !== false || thrown instanceof Refusal) return thrown;
  return new HubError(thrown.code, thrown.message, { cause: thrown.cause, mayHaveRun: true });
}
