/**
 * Small JSON values of one kind and name for one member, gathered in one packet: their receiver parses them with one
 * `JSON.parse`, and a broker sends them on as one copy without looking inside. (A parse for each message is the greatest
 * single cost of a request: three quarters of the busy time of both ends.)
 */
import type { Envelope } from '../protocol.js';
import { FLAG, FORM, KIND, UNDEFINED_VALUE } from './packet.js';
import type { Slab } from './slab.js';

/** The most values of a batch: later ones wait for nobody, and both processes work at the same time. */
export const BATCH_COUNT = 32;
const BATCH_LENGTH = 16_384;
/** Values longer than this gain nothing from company. */
const VALUE_LENGTH = 4_096;

export class Batch {
  #type: 'message' | 'request' | 'stream' | 'reply' | 'chunk' | 'input' = 'message';
  #member = 0;
  #name = '';
  #extra = 0;
  /** Parts of a stream are numbered: the others in a batch follow on the first. */
  #step = 0;
  #count = 0;
  #text = '';
  readonly #calls = new Uint32Array(BATCH_COUNT);

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** How many values it has. */
  get count(): number {
    return this.#count;
  }

  get isLong(): boolean {
    return this.#text.length >= BATCH_LENGTH;
  }

  /** Whether the envelope was taken. If not, the batch must be written before the envelope is. */
  take(envelope: Envelope): boolean {
    const { type, payload } = envelope;
    if (typeof payload !== 'string' || payload.length > VALUE_LENGTH) return false;
    if (type !== 'message' && type !== 'request' && type !== 'stream' && type !== 'reply' && type !== 'chunk' && type !== 'input') return false;
    if (payload === '' && type === 'message') return false;

    const count = this.#count;
    if (count === 0) {
      this.#type = type;
      this.#member = envelope.member;
      this.#name = envelope.name;
      this.#extra = envelope.extra;
      this.#step = type === 'chunk' || type === 'input' ? 1 : 0;
    } else if (
      this.#member !== envelope.member ||
      this.#type !== type ||
      this.#extra + count * this.#step !== envelope.extra ||
      this.#name !== envelope.name
    ) {
      return false;
    }
    this.#calls[count] = payload === '' ? envelope.call | UNDEFINED_VALUE : envelope.call;
    const text = payload === '' ? '0' : payload;
    this.#text = count === 0 ? text : `${this.#text},${text}`;
    this.#count = count + 1;
    return true;
  }

  writeTo(slab: Slab): void {
    const count = this.#count;
    const kind = KIND[this.#type];
    if (count === 1) {
      const call = this.#calls[0] ?? 0;
      slab.begin(kind, FORM.json, this.#member, (call & ~UNDEFINED_VALUE) >>> 0, this.#extra, this.#name);
      if ((call & UNDEFINED_VALUE) === 0) slab.text(this.#text);
    } else {
      slab.begin(kind, FORM.json | FLAG.batch, this.#member, count, this.#extra, this.#name);
      if (this.#type !== 'message') for (let i = 0; i < count; i++) slab.u32(this.#calls[i] ?? 0);
      slab.text(`[${this.#text}]`);
    }
    slab.end();
    this.#count = 0;
    this.#text = '';
  }
}
