/**
 * The events of an object, as those who subscribe to them from other processes get them: each time the arguments of one.
 * The object has one listener for an event, however many hear it, and none when nobody does.
 */
import { Occurrences } from './occurrences.js';

export class EventSource {
  readonly #name: string;
  readonly #object: Emitting;
  readonly #heard = new Map<string, Heard>();

  /** `undefined` when the object has no events. */
  static of(name: string, object: object): EventSource | undefined {
    const emitting = emittingOf(object);
    return emitting === undefined ? undefined : new this(name, emitting);
  }

  private constructor(name: string, object: Emitting) {
    this.#name = name;
    this.#object = object;
  }

  /** Listening begins now. A reader that is too slow hears of it by `OVERLOADED`. */
  subscribe(event: string): Occurrences {
    const title = `the event "${event}" of the service "${this.#name}"`;
    const occurrences: Occurrences = new Occurrences(title, () => this.#ended(event, occurrences));
    const heard = this.#heard.get(event) ?? this.#listen(event);
    heard.readers.add(occurrences);
    return occurrences;
  }

  /** Its readers hear the end. */
  close(): void {
    for (const { readers } of [...this.#heard.values()]) for (const reader of [...readers]) reader.end();
  }

  #listen(event: string): Heard {
    const readers = new Set<Occurrences>();
    const stop = this.#object(event, (args) => {
      for (const reader of [...readers]) reader.push(args);
    });
    const heard: Heard = { readers, stop };
    this.#heard.set(event, heard);
    return heard;
  }

  #ended(event: string, reader: Occurrences): void {
    const heard = this.#heard.get(event);
    if (heard?.readers.delete(reader) !== true || heard.readers.size > 0) return;
    this.#heard.delete(event);
    heard.stop();
  }
}

interface Heard {
  readonly readers: Set<Occurrences>;
  readonly stop: () => void;
}

/** Listens to an event, and gives the way to stop it. */
type Emitting = (event: string, listener: (args: readonly unknown[]) => void) => () => void;

function emittingOf(object: object): Emitting | undefined {
  const { on, off, removeListener, addEventListener, removeEventListener } = object as Readonly<Record<string, unknown>>;
  const remove = off ?? removeListener;
  if (typeof on === 'function' && typeof remove === 'function') return emitter(object, on, remove);
  if (typeof addEventListener === 'function' && typeof removeEventListener === 'function') return target(object, addEventListener, removeEventListener);
  return undefined;
}

function emitter(object: object, on: Function, off: Function): Emitting {
  return (event, listener) => {
    const own = (...args: readonly unknown[]): void => listener(args);
    Reflect.apply(on, object, [event, own]);
    return () => void Reflect.apply(off, object, [event, own]);
  };
}

/** An `Event` stays where it is: what there is to know of it travels. */
function target(object: object, add: Function, remove: Function): Emitting {
  return (event, listener) => {
    const own = ({ type, detail, data }: { readonly type: string; readonly detail?: unknown; readonly data?: unknown }): void => {
      listener([{ type, ...(detail === undefined ? {} : { detail }), ...(data === undefined ? {} : { data }) }]);
    };
    Reflect.apply(add, object, [event, own]);
    return () => void Reflect.apply(remove, object, [event, own]);
  };
}
