/**
 * What the processes of one key say to each other. All of it goes over one topic, so it arrives in the order in which it
 * was said: an answer never comes after what was told later.
 */
import type { Address, Hub } from '../../core/api.js';
import { HubError } from '../../core/errors.js';

export type Word =
  /** A worker's first: from here on it can be spoken to. */
  | { readonly word: 'hello' }
  | Telling
  /** To all workers but the one that says it. */
  | { readonly word: 'relay'; readonly type: string; readonly data: unknown }
  | Question
  | { readonly word: 'answer'; readonly number: number; readonly args: readonly unknown[] };

export interface Telling {
  readonly word: 'tell';
  readonly type: string;
  readonly data: unknown;
}

/** `number` is the asker's own; 0 wants no answer. */
export interface Question {
  readonly word: 'ask';
  readonly type: string;
  readonly data: unknown;
  readonly number: number;
}

export const TOPIC = 'cluster-hub';

/** Says a word to one process. What no hub can carry crosses as it always did: as JSON sees it. After the hub's end words mean nothing. */
export function say(hub: Hub, word: Word, to: Address): void {
  if (hub.status === 'closed') return;
  try {
    hub.send(TOPIC, word, { to });
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'UNSERIALIZABLE') throw error;
    hub.send(TOPIC, JSON.parse(JSON.stringify(word)), { to });
  }
}
