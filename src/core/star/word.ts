/** How one word that crosses processes is written into a packet and read out of it, and how the words of one kind are told apart. */
import type { Reader } from './reader.js';
import type { Slab } from './slab.js';

/** One word on the wire. The header of its packet is written before `write` is called, and read before `read`. */
export interface Word<T> {
  readonly code: number;
  /** The text that goes in front, as the packet's name. */
  readonly name?: (word: T) => string;
  readonly write: (slab: Slab, word: T) => void;
  readonly read: (packet: Reader) => T;
}

/** A word for each of a union's types. */
export type Vocabulary<Union extends { readonly type: string }> = {
  readonly [Type in Union['type']]: Word<Extract<Union, { readonly type: Type }>>;
};

export function writeWord<T>(slab: Slab, kind: number, flags: number, member: number, id: number, word: Word<T>, value: T): void {
  slab.begin(kind, flags, member, id, word.code, word.name === undefined ? '' : word.name(value));
  word.write(slab, value);
  slab.end();
}

/** The words by their codes. */
export function byCode<Union extends { readonly type: string }>(vocabulary: Vocabulary<Union>): readonly (Word<Union> | undefined)[] {
  const words: (Word<Union> | undefined)[] = [];
  for (const word of Object.values(vocabulary) as Word<Union>[]) words[word.code] = word;
  return Array.from(words);
}

/** The body of a word that says all by itself. */
export const nothing = (): void => {};
