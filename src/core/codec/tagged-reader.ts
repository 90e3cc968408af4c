/**
 * Reads values in the tagged form (see `tags.ts`), which may come from anybody: malformed bytes are refused with
 * `BAD_PACKET` and nothing else, prototypes are never touched, and memory is asked for only as bytes are there to fill it.
 */
import { HubError } from '../errors.js';
import { binaryFrom } from './binary.js';
import { ByteReader, malformed } from './byte-reader.js';
import { hide, isCode, reviveError } from './error-parts.js';
import { BINARY_KINDS, ERROR_CLASSES, MAX_DEPTH, TAG } from './tags.js';

export function readTagged(bytes: Uint8Array): unknown {
  try {
    return new TaggedReader(bytes).read();
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    // The language itself has refused a part of it: a pattern that is none, a length that no array has.
    throw new HubError('BAD_PACKET', 'A value in tagged form holds what this process cannot make.', { cause });
  }
}

const MAX_UINT32 = 2 ** 32 - 1;

class TaggedReader {
  readonly #in: ByteReader;
  readonly #objects: object[] = [];
  readonly #keys: string[] = [];
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#in = new ByteReader(bytes);
  }

  read(): unknown {
    const value = this.#value(this.#in.byte());
    if (this.#in.left > 0) throw malformed('bytes follow it');
    return value;
  }

  #value(tag: number): unknown {
    switch (tag) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.integer: {
        const zigzag = this.#in.size();
        if (zigzag > MAX_UINT32) throw malformed('an integer is too great');
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case TAG.double:
        return this.#in.double();
      case TAG.bigint:
        return this.#bigint();
      case TAG.negativeBigint:
        return -this.#bigint();
      case TAG.text:
        return this.#in.string();
      case TAG.reference: {
        const object = this.#objects[this.#in.size()];
        if (object === undefined) throw malformed('it refers to an object that has not been');
        return object;
      }
      default:
        return this.#object(tag);
    }
  }

  #object(tag: number): object {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw malformed(`it is nested deeper than ${MAX_DEPTH} levels`);
    const object = this.#newObject(tag);
    this.#depth -= 1;
    return object;
  }

  #newObject(tag: number): object {
    switch (tag) {
      case TAG.object:
        return this.#properties(this.#begun({}));
      case TAG.array:
        return this.#array();
      case TAG.sparseArray:
        return this.#sparseArray();
      case TAG.map:
        return this.#map();
      case TAG.set:
        return this.#set();
      case TAG.date:
        return this.#begun(new Date(this.#in.double()));
      case TAG.regexp:
        return this.#begun(new RegExp(this.#in.string(), this.#in.string()));
      case TAG.boxed:
        return this.#boxed();
      case TAG.binary:
        return this.#binary();
      case TAG.error:
        return this.#error();
      default:
        throw malformed(`there is no tag ${tag}`);
    }
  }

  /** Has its number from here on, so that what is inside can refer to it. */
  #begun<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #bigint(): bigint {
    const bytes = this.#in.copy(this.#in.size());
    const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
    return BigInt(`0x0${digits.join('')}`);
  }

  #properties<T extends object>(object: T): T {
    for (let count = this.#in.count(2); count > 0; count -= 1) {
      const key = this.#key();
      setOwn(object, key, this.#value(this.#in.byte()));
    }
    return object;
  }

  #key(): string {
    const size = this.#in.size();
    if (size % 2 === 1) {
      const known = this.#keys[(size - 1) / 2];
      if (known === undefined) throw malformed('it refers to a key that has not been');
      return known;
    }
    const key = this.#in.string(size / 2);
    this.#keys.push(key);
    return key;
  }

  #array(): unknown[] {
    const array = this.#begun<unknown[]>([]);
    for (let count = this.#in.count(1); count > 0; count -= 1) array.push(this.#value(this.#in.byte()));
    return array;
  }

  #sparseArray(): unknown[] {
    const array = this.#begun<unknown[]>([]);
    const length = this.#in.size();
    if (length > MAX_UINT32) throw malformed('an array is longer than arrays can be');
    if (length > 0) {
      // Setting `length` would reserve the memory of all items; a last item that goes again does not.
      array[length - 1] = undefined;
      delete array[length - 1];
    }
    return this.#properties(array);
  }

  #map(): Map<unknown, unknown> {
    const map = this.#begun(new Map<unknown, unknown>());
    for (let count = this.#in.count(2); count > 0; count -= 1) {
      const key = this.#value(this.#in.byte());
      map.set(key, this.#value(this.#in.byte()));
    }
    return map;
  }

  #set(): Set<unknown> {
    const set = this.#begun(new Set<unknown>());
    for (let count = this.#in.count(1); count > 0; count -= 1) set.add(this.#value(this.#in.byte()));
    return set;
  }

  #boxed(): object {
    const primitive = this.#value(this.#in.byte());
    if (primitive === undefined || primitive === null || typeof primitive === 'object') throw malformed('it boxes what has no box');
    return this.#begun(Object(primitive) as object);
  }

  #binary(): object {
    const kind = BINARY_KINDS[this.#in.byte()];
    if (kind === undefined) throw malformed('there is no such kind of bytes');
    const binary = binaryFrom(kind, this.#in.copy(this.#in.size()));
    if (binary === undefined) throw malformed(`its bytes make no ${kind} here`);
    return this.#begun(binary);
  }

  #error(): Error {
    const name = ERROR_CLASSES[this.#in.byte()];
    if (name === undefined) throw malformed('there is no such class of errors');
    const head = { class: name, name: this.#in.string(), message: this.#in.string(), stack: this.#in.string() };
    const code = this.#value(this.#in.byte());
    if (code !== undefined && !isCode(code)) throw malformed("an error's code is neither text nor number");

    const error = this.#begun(reviveError({ ...head, code }));
    this.#hidden(error, 'cause');
    this.#hidden(error, 'errors');
    return this.#properties(error);
  }

  #hidden(error: Error, key: 'cause' | 'errors'): void {
    const tag = this.#in.byte();
    if (tag !== TAG.absent) hide(error, key, this.#value(tag));
  }
}

/** A key that objects know already (`__proto__`, `toString`) must become the object's own, and run nobody's setter. */
function setOwn(object: object, key: string, value: unknown): void {
  if (key in object) Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else (object as Record<string, unknown>)[key] = value;
}
