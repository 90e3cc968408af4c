/**
 * What both ends of a stream know. Its parts are numbered from 0, so that none is missed in silence. No more are under
 * way than a window holds; a part larger than the window travels alone.
 */
import type { Arrival, Encoded } from '../protocol.js';

/** How many parts, and how much of them, may be under way to a reader that has not read them. */
export const WINDOW = { parts: 16, size: 1_048_576 } as const;

/** In place of a value: it comes in parts. */
export const STREAM: Encoded = { form: 'stream', bytes: new Uint8Array(0) };

export function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * A source that may have something to say at any time, and says it in that moment: before whatever is said later by other ways.
 * It is given the way, which may find no room.
 */
export interface Prompt extends AsyncIterable<unknown> {
  prompt(offer: (part: unknown) => boolean): void;
}

export function isPrompt(source: AsyncIterable<unknown>): source is Prompt {
  return 'prompt' in source && typeof source.prompt === 'function';
}

/** The same at both ends. What was parsed in company was small. */
export function sizeOf(part: Arrival): number {
  if (typeof part === 'string') return part.length;
  return 'value' in part ? 0 : part.bytes.length;
}
