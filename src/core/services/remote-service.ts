/** A service as one that calls it has it: each call goes out with what its arguments leave here, and each event is heard. */
import type { Call } from '../api.js';
import { encode } from '../codec/codec.js';
import type { Context } from '../context.js';
import { HubError } from '../errors.js';
import { Inflow } from '../messaging/inflow.js';
import { RunningCall } from '../messaging/running-call.js';
import type { Payload } from '../protocol.js';
import { Answer } from './answer.js';
import type { Patience } from './asked-call.js';
import type { Callbacks } from './callbacks.js';
import type { Loan } from './loan.js';
import type { Providers } from './providers.js';
import { writeQuestion } from './question.js';
import { RemoteEvents } from './remote-events.js';
import type { Parts } from './remote-events.js';

export interface RemotePorts {
  readonly providers: Providers;
  readonly callbacks: Callbacks;
  readonly context: Context;
  /** Hears what a listener throws, and what cannot be heard any more. */
  report(error: unknown): void;
}

export class RemoteService {
  readonly name: string;
  readonly events: RemoteEvents;
  readonly #ports: RemotePorts;
  readonly #patience: Patience;
  #disposed: HubError | undefined;

  constructor(name: string, { timeout, waitFor, signal }: Pick<Patience, 'timeout' | 'waitFor' | 'signal'>, ports: RemotePorts) {
    this.name = name;
    this.#ports = ports;
    this.#patience = { timeout, waitFor, signal, isListening: false };
    this.events = new RemoteEvents(name, { follow: (event, isFirst, end) => this.#follow(event, isFirst, end), report: (error) => ports.report(error) });
  }

  call(method: string, args: readonly unknown[]): Answer {
    return new Answer((resolve, reject) => this.#ask(method, args, resolve, reject));
  }

  /** Whatever is called or heard later rejects; what is pending goes on to its end. */
  dispose(): void {
    this.#disposed = new HubError('CLOSED', `This proxy of the service "${this.name}" has been disposed of. Get another one by hub.service().`);
    this.events.dispose();
  }

  #ask(method: string, args: readonly unknown[], resolve: (value: unknown) => void, reject: (reason: unknown) => void): void {
    if (this.#disposed !== undefined) return reject(this.#disposed);
    const { providers, callbacks, context } = this.#ports;
    const loan = callbacks.loan();
    const doing = context.get();
    let payload: Payload;
    try {
      payload = writeQuestion(method, args, doing?.chain, loan);
    } catch (error) {
      loan.takeBack();
      return reject(error);
    }
    const patience = this.#patienceFor(loan, doing?.call);
    if (!loan.hasFunctions) return providers.ask(this.name, payload, patience, resolve, reject);

    callbacks.answer();
    const answered = (value: unknown): void => {
      // What is read in parts may call back until its end.
      if (value instanceof Inflow) value.whenOver = () => loan.takeBack();
      else loan.takeBack();
      resolve(value);
    };
    const failed = (reason: unknown): void => {
      loan.takeBack();
      reject(reason);
    };
    providers.ask(this.name, payload, patience, answered, failed);
  }

  /** What is called for the sake of a call that runs waits no longer than that one, and is given up with it. */
  #patienceFor(loan: Loan, around: Call | undefined): Patience {
    const own = this.#patience;
    const within = around instanceof RunningCall && !around.isAnswered ? around : undefined;
    if (within === undefined && !loan.hasSignals) return own;
    if (within === undefined) return { ...own, signal: loan.signal(own.signal) };

    const time = Math.min(own.timeout === 0 ? Infinity : own.timeout, within.remaining);
    return { ...own, timeout: time === Infinity ? 0 : Math.max(1, Math.ceil(time)), signal: loan.signal(own.signal, within.signal) };
  }

  /** Who was heard once is awaited as long as it takes. */
  #follow(event: string, isFirst: boolean, end: AbortSignal): Promise<Parts> {
    const { timeout, waitFor, signal } = this.#patience;
    const until = signal === undefined ? end : AbortSignal.any([end, signal]);
    const patience: Patience = { timeout: isFirst ? timeout : 0, waitFor: isFirst ? waitFor : Infinity, signal: until, isListening: true };
    return new Promise((resolve, reject) => {
      if (this.#disposed !== undefined) return reject(this.#disposed);
      this.#ports.providers.ask(this.name, encode(event), patience, (value) => resolve(value as Parts), reject);
    });
  }
}
