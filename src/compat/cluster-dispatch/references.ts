/**
 * The library's side of functions in other processes. To the library's objects each is a function like any other; when
 * none of them holds it any more its process is told, and when its process dies it is taken off what it listens to.
 */
import type { EventEmitter } from 'node:events';
import type { Hub } from '../../core/api.js';
import type { Member } from '../../core/protocol.js';
import type { AnyFunction } from './callbacks.js';
import { carried } from './carried.js';
import { CALLED, RELEASED } from './words.js';
import type { Called, Invocation, Released } from './words.js';

const LISTENING: readonly string[] = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'];

interface Reference {
  readonly function: WeakRef<AnyFunction>;
  received: number;
  readonly listensTo: (readonly [emitter: Pick<EventEmitter, 'removeListener'>, event: string | symbol])[];
}

export class References {
  readonly #hub: Hub;
  /** By the number that its member gave it. */
  readonly #byMember = new Map<Member, Map<number, Reference>>();
  readonly #finalization = new FinalizationRegistry<readonly [Member, number]>(([member, number]) => this.#collected(member, number));

  constructor(hub: Hub) {
    this.#hub = hub;
    void this.#mourn();
  }

  /** The function that stands for the call's last argument. */
  of(member: Member, number: number): AnyFunction {
    const references = this.#of(member);
    const known = references.get(number);
    const present = known?.function.deref();
    if (known !== undefined && present !== undefined) {
      known.received += 1;
      return present;
    }
    const call: AnyFunction = (...args) => {
      if (this.#byMember.has(member)) this.#hub.send(CALLED, { callback: number, args: args.map(carried) } satisfies Called, { to: member });
    };
    // A reference that has just been collected, and told of by nobody yet, has been received all the same.
    references.set(number, { function: new WeakRef(call), received: (known?.received ?? 0) + 1, listensTo: [] });
    this.#finalization.register(call, [member, number]);
    return call;
  }

  /** Remembers what a function listens to, if the call that it came with makes it listen. */
  listens(member: Member, { method, args, callback }: Invocation, target: unknown): void {
    const [event] = args;
    if (callback === undefined || !LISTENING.includes(method) || typeof event !== 'string' || !isEmitter(target)) return;
    this.#of(member).get(callback)?.listensTo.push([target, event]);
  }

  #of(member: Member): Map<number, Reference> {
    const references = this.#byMember.get(member) ?? new Map<number, Reference>();
    this.#byMember.set(member, references);
    return references;
  }

  #collected(member: Member, number: number): void {
    const references = this.#byMember.get(member);
    const reference = references?.get(number);
    if (reference === undefined || reference.function.deref() !== undefined) return;
    references?.delete(number);
    this.#hub.send(RELEASED, { callback: number, received: reference.received } satisfies Released, { to: member });
  }

  async #mourn(): Promise<void> {
    for await (const { type, member } of this.#hub.members.watch()) {
      if (type === 'left') this.#left(member);
    }
  }

  #left(member: Member): void {
    const references = this.#byMember.get(member);
    this.#byMember.delete(member);
    for (const { function: call, listensTo } of references?.values() ?? []) {
      const listener = call.deref();
      if (listener !== undefined) for (const [emitter, event] of listensTo) emitter.removeListener(event, listener);
    }
  }
}

function isEmitter(target: unknown): target is Pick<EventEmitter, 'removeListener'> {
  return typeof target === 'object' && target !== null && 'removeListener' in target && typeof target.removeListener === 'function';
}
