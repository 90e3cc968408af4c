/** Functions that are called over the borders of processes: this member's by others, and those of others by this one. */
import { encode } from '../codec/codec.js';
import type { Call } from '../api.js';
import type { Context } from '../context.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Answers } from '../messaging/answers.js';
import type { Calls } from '../messaging/calls.js';
import type { Member } from '../protocol.js';
import { Loan, SIGNAL } from './loan.js';
import { readQuestion, writeQuestion } from './question.js';
import { References } from './references.js';
import { RemoteFunctions } from './remote-functions.js';

export interface CallbacksPorts {
  readonly answers: Answers;
  readonly calls: Calls;
  readonly context: Context;
  readonly keepAlive: KeepAlive;
  /** How long a function may take, in ms. */
  readonly timeout: number;
}

export class Callbacks {
  readonly #ports: CallbacksPorts;
  readonly #references = new References();
  readonly #functions: RemoteFunctions;
  #isAnswering = false;
  #isListening = false;

  constructor(ports: CallbacksPorts) {
    this.#ports = ports;
    this.#functions = new RemoteFunctions({
      call: (owner, number, args) => this.#call(owner, number, args),
      tell: (owner, number, what) => {
        // Nobody waits for it: if it does not arrive, what it is about has ended.
        this.#ports.calls.request(METHOD, encode([number, what]), ports.timeout, { to: owner }).catch(() => {});
      },
    });
  }

  /** For one call, to whomever it will go. */
  loan(): Loan {
    return new Loan(this.#references);
  }

  /** To be called before anything goes out that lends a function. */
  answer(): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    this.#ports.answers.handle(METHOD, (input, call) => this.#answer(input, call), {}, true);
  }

  /** What an argument is that has stayed with its caller. */
  stand(call: Call, number: number): unknown {
    return number === SIGNAL ? call.signal : this.#functions.of(call.from, number);
  }

  /** How many functions of this member others may call now. */
  get lent(): number {
    return this.#references.size;
  }

  memberLeft(number: number, member: Member | undefined): void {
    this.#references.memberLeft(number);
    if (member !== undefined) this.#functions.memberLeft(member);
    this.#tend();
  }

  /** Others know this member by another name from now on. */
  lost(): void {
    this.#references.lost();
    this.#functions.lost();
    this.#tend();
  }

  #answer(input: unknown, call: Call): unknown {
    if (Array.isArray(input) && (input[1] === 'retain' || input[1] === 'release')) return this.#hold(Number(input[0]), input[1], call.from);
    const { target, args, chain } = readQuestion(input, { stand: (number) => this.stand(call, number) });
    const callback = this.#references.get(Number(target));
    return this.#ports.context.run(chain === undefined ? { call } : { call, chain }, () => Reflect.apply(callback, undefined, args));
  }

  #hold(number: number, what: 'retain' | 'release', { number: holder }: Member): void {
    if (what === 'retain') this.#references.retain(number, holder);
    else this.#references.release(number, holder);
    this.#tend();
  }

  async #call(owner: Member, number: number, args: readonly unknown[]): Promise<unknown> {
    const { calls, context, timeout } = this.#ports;
    const loan = this.loan();
    try {
      const payload = writeQuestion(number, args, context.get()?.chain, loan);
      if (loan.hasFunctions) this.answer();
      const signal = loan.signal();
      return await calls.request(METHOD, payload, timeout, { to: owner, ...(signal === undefined ? {} : { signal }) });
    } finally {
      loan.takeBack();
    }
  }

  /** What others retain is listened to. */
  #tend(): void {
    const { keepAlive } = this.#ports;
    if (this.#isListening === this.#references.hasHolders) return;
    this.#isListening = this.#references.hasHolders;
    if (this.#isListening) keepAlive.listen();
    else keepAlive.unlisten();
  }
}

/** The method by which functions are called. */
const METHOD = 'interhub.function';
