/**
 * One object that other members may call: what they ask for is looked up, waits at its gate, and runs. They learn nothing of
 * the object but what it gives them.
 */
import type { Call } from '../api.js';
import type { Context } from '../context.js';
import type { Answer } from '../messaging/answers.js';
import type { Exposed } from '../services-api.js';
import { isThenable } from '../thenable.js';
import { EventSource } from './event-source.js';
import { Gate } from './gate.js';
import type { Occurrences } from './occurrences.js';
import type { CheckedExposing } from './options.js';
import { Parts, sourceOf } from './parts.js';
import { readQuestion } from './question.js';
import { Surface } from './surface.js';
import type { Method } from './surface.js';

export interface ExposurePorts {
  readonly context: Context;
  /** Takes the requests for it. */
  handle(answer: Answer): Disposable;
  /** What an argument is that has stayed with the caller. */
  stand(call: Call, number: number): unknown;
}

export class Exposure implements Exposed {
  readonly name: string;
  readonly #object: object;
  readonly #ports: ExposurePorts;
  readonly #surface: Surface;
  readonly #gate: Gate | undefined;
  readonly #gates: ReadonlyMap<string, Gate>;
  readonly #events: EventSource | undefined;
  readonly #handling: Disposable;
  #running = 0;
  #closing: (() => void)[] = [];

  /** `hidden`: names that are not to be called unless they are listed. */
  constructor(name: string, object: object, { methods, bounds, perMethod, serial }: CheckedExposing, ports: ExposurePorts, hidden: readonly string[] = []) {
    this.name = name;
    this.#object = object;
    this.#ports = ports;
    this.#surface = new Surface(object, methods, hidden);
    this.#events = methods === undefined || methods.includes('on') || methods.includes('addEventListener') ? EventSource.of(name, object) : undefined;
    this.#gate = bounds === undefined && !serial ? undefined : new Gate({ title: `The service "${name}"`, ...bounds, serial });
    this.#gates = new Map(perMethod.map(([method, own]) => [method, new Gate({ title: `"${method}" of the service "${name}"`, ...own })]));
    this.#handling = ports.handle((input, call) => this.#answer(input, call));
  }

  /** Only who subscribes hears of it at once: what runs goes on. */
  stop(): void {
    this.#handling[Symbol.dispose]();
    this.#events?.close();
  }

  close(): Promise<void> {
    this.stop();
    return this.#running === 0 ? Promise.resolve() : new Promise((resolve) => this.#closing.push(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer(input: unknown, call: Call): unknown {
    if (typeof input === 'string') return this.#subscribe(input);
    const { target, args, chain } = readQuestion(input, { stand: (number) => this.#ports.stand(call, number) });
    if (!this.#surface.has(target)) throw this.#refused(target);
    const method = this.#surface.method(target);
    if (method === undefined) throw this.#refused(target);
    const gate = this.#gate;
    if (gate === undefined) return this.#atItsOwnGate(target, method, args, call, chain);
    return gate.pass(call, chain, (inner) => this.#atItsOwnGate(target, method, args, call, inner));
  }

  #atItsOwnGate(name: string, method: Method, args: readonly unknown[], call: Call, chain: string | undefined): unknown {
    const gate = this.#gates.get(name);
    if (gate === undefined) return this.#run(method, args, call, chain);
    return gate.pass(call, chain, (inner) => this.#run(method, args, call, inner));
  }

  #run(method: Method, args: readonly unknown[], call: Call, chain: string | undefined): unknown {
    const { context } = this.#ports;
    const doing = chain === undefined ? { call } : { call, chain };
    const within = <R>(body: () => R): R => context.run(doing, body);
    const output = within(() => Reflect.apply(method, this.#object, args));
    if (!isThenable(output)) return this.#told(output, within);
    this.#running += 1;
    return Promise.resolve(output).then((value) => this.#told(value, within)).finally(() => this.#ended());
  }

  /** A value as it is, and what gives parts as parts. */
  #told(output: unknown, within: <R>(body: () => R) => R): unknown {
    const source = sourceOf(output);
    if (source === undefined) return output;
    const parts = new Parts(source, within);
    this.#running += 1;
    void parts.ended.then(() => this.#ended());
    return parts;
  }

  #subscribe(event: string): Occurrences {
    if (this.#events === undefined) throw new TypeError(`The service "${this.name}" has no events that other processes may hear.`);
    return this.#events.subscribe(event);
  }

  #ended(): void {
    this.#running -= 1;
    if (this.#running > 0) return;
    const closing = this.#closing;
    this.#closing = [];
    for (const resolve of closing) resolve();
  }

  #refused(target: unknown): TypeError {
    const name = typeof target === 'string' ? `"${target.slice(0, LONGEST_NAME)}"` : 'of that name';
    return new TypeError(`The service "${this.name}" has no method ${name} that other processes may call. Its provider says which they are: \`methods\` of hub.expose().`);
  }
}

/** What strangers make us repeat has an end. */
const LONGEST_NAME = 100;
