/**
 * How commands, outcomes, events and interests are written into packets and read out of them: one entry a word.
 * Codes are part of the protocol: a word that is dropped takes its code with it, a new one gets a new code.
 */
import { HubError } from '../errors.js';
import { isListenable } from '../pattern.js';
import type { Interest } from '../protocol.js';
import { known } from './map-words.js';
import type { KIND } from './packet.js';
import type { Reader } from './reader.js';
import type { Slab } from './slab.js';

export { asksMuch, isRelease, readCommand, writeCommand } from './command-words.js';
export type { Submitted } from './command-words.js';
export { readOutcome, writeOutcome } from './outcome-words.js';
export type { Told } from './outcome-words.js';
export { readEvent, writeEvent, writePart } from './event-words.js';

export function writeInterest(slab: Slab, kind: typeof KIND.follow | typeof KIND.unfollow, interest: Interest): void {
  slab.begin(kind, 0, 0, 0, INTERESTS.indexOf(interest.type), interest.name);
  slab.end();
}

export function readInterest(packet: Reader): Interest {
  const interest = { type: known(INTERESTS[packet.extra]), name: packet.name };
  if (interest.type === 'topic' && !isListenable(interest.name)) throw new HubError('BAD_PACKET', 'A member listens to a pattern that holds a ">" which is not its last token.');
  return interest;
}

/** The codes of interests: their place in this list. */
const INTERESTS: readonly Interest['type'][] = ['topic', 'method', 'map', 'topic.listeners', 'method.listeners', 'leader'];
