/**
 * Writes any value that can cross processes in the tagged form (see `tags.ts`). Each object is written once, however
 * often it is met. What cannot cross is refused with the path to it.
 */
import { HubError, type HubErrorCode } from '../errors.js';
import { binaryKind, bytesOf } from './binary.js';
import { ByteWriter } from './byte-writer.js';
import { hasHidden, headOf, ownKeys } from './error-parts.js';
import { formatPath } from './path.js';
import { BINARY_KINDS, ERROR_CLASSES, MAX_DEPTH, TAG } from './tags.js';

export function writeTagged(value: unknown): Uint8Array {
  return new TaggedWriter().write(value);
}

/** They live where they were made, even if they have properties of their own. */
const UNMOVABLE = new Set(['Promise', 'WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer']);

const BOXES = [Number, String, Boolean, BigInt, Symbol];

class TaggedWriter {
  readonly #out = new ByteWriter();
  /** The number of each object that has begun. */
  readonly #objects = new Map<object, number>();
  readonly #keys = new Map<string, number>();
  readonly #path: (string | number)[] = [];
  #depth = 0;
  #refusal: HubError | undefined;

  write(value: unknown): Uint8Array {
    try {
      this.#value(value);
    } catch (error) {
      if (error === this.#refusal) throw error;
      if (error instanceof HubError && error.code === 'TOO_LARGE') throw error;
      throw this.#refuse('UNSERIALIZABLE', `could not be read (${reasonOf(error)}). Its cause is what was thrown`, error);
    }
    return this.#out.written;
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case 'undefined':
        return this.#out.byte(TAG.undefined);
      case 'boolean':
        return this.#out.byte(value ? TAG.true : TAG.false);
      case 'number':
        return this.#number(value);
      case 'bigint':
        return this.#bigint(value);
      case 'string':
        this.#out.byte(TAG.text);
        return this.#out.string(value);
      case 'object':
        return value === null ? this.#out.byte(TAG.null) : this.#object(value);
      case 'function':
      case 'symbol':
        throw this.#unmovable(`a ${typeof value}`);
    }
  }

  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.#out.byte(TAG.integer);
      this.#out.size(((value << 1) ^ (value >> 31)) >>> 0);
    } else {
      this.#out.byte(TAG.double);
      this.#out.double(value);
    }
  }

  #bigint(value: bigint): void {
    const digits = (value < 0n ? -value : value).toString(16);
    const hex = digits.length % 2 === 0 ? digits : `0${digits}`;
    this.#out.byte(value < 0n ? TAG.negativeBigint : TAG.bigint);
    this.#out.size(hex.length / 2);
    for (let at = 0; at < hex.length; at += 2) this.#out.byte(Number.parseInt(hex.slice(at, at + 2), 16));
  }

  #object(object: object): void {
    const known = this.#objects.get(object);
    if (known !== undefined) {
      this.#out.byte(TAG.reference);
      return this.#out.size(known);
    }
    if (this.#depth === MAX_DEPTH) {
      throw this.#refuse('TOO_LARGE', `is nested deeper than ${MAX_DEPTH} levels. Flatten it, for instance to an array with indexes`);
    }
    this.#objects.set(object, this.#objects.size);
    this.#depth += 1;
    if (Array.isArray(object)) this.#array(object);
    else this.#otherObject(object);
    this.#depth -= 1;
  }

  #array(array: readonly unknown[]): void {
    const keys = Object.keys(array);
    // Indexes come first and rise: if the last of so many is the last index, it is all indexes and nothing else.
    const isDense = keys.length === array.length && (keys.length === 0 || keys.at(-1) === String(array.length - 1));
    if (!isDense) {
      this.#out.byte(TAG.sparseArray);
      this.#out.size(array.length);
      return this.#properties(array, keys);
    }
    this.#out.byte(TAG.array);
    this.#out.size(keys.length);
    for (let index = 0; index < keys.length; index += 1) {
      this.#path.push(index);
      this.#value(array[index]);
      this.#path.pop();
    }
  }

  /** By what it is, not only by its prototype: objects of other realms (`vm`, frames) are what they are too. */
  #otherObject(object: object): void {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype === Object.prototype || prototype === null) return this.#plainObject(object);
    if (ArrayBuffer.isView(object)) return this.#binary(object);

    const kind = Object.prototype.toString.call(object).slice('[object '.length, -1);
    if (object instanceof Error || kind === 'Error' || kind === 'DOMException') return this.#error(object);
    if (object instanceof Map || kind === 'Map') return this.#map(object as ReadonlyMap<unknown, unknown>);
    if (object instanceof Set || kind === 'Set') return this.#set(object as ReadonlySet<unknown>);
    if (object instanceof Date || kind === 'Date') return this.#date(object as Date);
    if (object instanceof RegExp || kind === 'RegExp') return this.#regexp(object as RegExp);
    if (object instanceof ArrayBuffer || kind === 'ArrayBuffer') return this.#binary(object as ArrayBuffer);
    const box = BOXES.find((Box) => object instanceof Box || kind === Box.name);
    if (box !== undefined) return this.#boxed(Reflect.apply(box.prototype.valueOf, object, []));

    // What calls itself something else and shows nothing (a URL, a generator, a stream) would arrive empty.
    const holdsNothing = kind !== 'Object' && Object.keys(object).length === 0;
    if (UNMOVABLE.has(kind) || holdsNothing) throw this.#unmovable(`a ${kind}`);
    this.#plainObject(object);
  }

  #plainObject(object: object): void {
    this.#out.byte(TAG.object);
    this.#properties(object, Object.keys(object));
  }

  #properties(object: object, keys: readonly string[]): void {
    this.#out.size(keys.length);
    for (const key of keys) {
      this.#key(key);
      this.#path.push(key);
      this.#value((object as Readonly<Record<string, unknown>>)[key]);
      this.#path.pop();
    }
  }

  #key(key: string): void {
    const known = this.#keys.get(key);
    if (known !== undefined) return this.#out.size(known * 2 + 1);
    this.#keys.set(key, this.#keys.size);
    this.#out.string(key, 2);
  }

  /** Gathered first: a getter in a key may change the map while it is written. */
  #map(map: ReadonlyMap<unknown, unknown>): void {
    const entries: (readonly [unknown, unknown])[] = [];
    Map.prototype.forEach.call(map, (value, key) => entries.push([key, value]));
    this.#out.byte(TAG.map);
    this.#out.size(entries.length);
    entries.forEach(([key, value], index) => {
      this.#path.push('keys', index);
      this.#value(key);
      this.#path.splice(-2, 2, 'values', index);
      this.#value(value);
      this.#path.length -= 2;
    });
  }

  #set(set: ReadonlySet<unknown>): void {
    const values: unknown[] = [];
    Set.prototype.forEach.call(set, (value) => values.push(value));
    this.#out.byte(TAG.set);
    this.#out.size(values.length);
    values.forEach((value, index) => {
      this.#path.push('values', index);
      this.#value(value);
      this.#path.length -= 2;
    });
  }

  #date(date: Date): void {
    this.#out.byte(TAG.date);
    this.#out.double(Date.prototype.getTime.call(date));
  }

  /** `lastIndex` is about one search, and stays. */
  #regexp(regexp: RegExp): void {
    this.#out.byte(TAG.regexp);
    this.#out.string(regexp.source);
    this.#out.string(regexp.flags);
  }

  #boxed(primitive: unknown): void {
    this.#out.byte(TAG.boxed);
    this.#value(primitive);
  }

  #binary(binary: ArrayBuffer | ArrayBufferView): void {
    const kind = binaryKind(binary);
    if (kind === undefined) throw this.#unmovable('a view of an unknown class');
    const bytes = bytesOf(binary, kind);
    this.#out.byte(TAG.binary);
    this.#out.byte(BINARY_KINDS.indexOf(kind));
    this.#out.size(bytes.length);
    this.#out.raw(bytes);
  }

  #error(error: object): void {
    const head = headOf(error);
    this.#out.byte(TAG.error);
    this.#out.byte(ERROR_CLASSES.indexOf(head.class));
    this.#out.string(head.name);
    this.#out.string(head.message);
    this.#out.string(head.stack);
    this.#value(head.code);
    this.#hidden(error, 'cause');
    this.#hidden(error, 'errors');
    this.#properties(error, ownKeys(error, head));
  }

  #hidden(error: object, key: 'cause' | 'errors'): void {
    if (!hasHidden(error, key)) return this.#out.byte(TAG.absent);
    this.#path.push(key);
    this.#value((error as { readonly [K in typeof key]?: unknown })[key]);
    this.#path.pop();
  }

  #unmovable(what: string): HubError {
    return this.#refuse('UNSERIALIZABLE', `is ${what}, which cannot cross processes. Leave it out, or send the data that it stands for`);
  }

  #refuse(code: HubErrorCode, why: string, cause?: unknown): HubError {
    const message = `The value at ${formatPath(this.#path)} ${why}.`;
    this.#refusal = new HubError(code, message, cause === undefined ? {} : { cause });
    return this.#refusal;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : `a ${typeof error} was thrown`;
}
