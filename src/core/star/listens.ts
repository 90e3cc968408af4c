/** What a member says in its hello that it listens to: as much as has room there. The rest it says when it is in. */
import type { Interest } from '../protocol.js';
import { utf8Length } from '../bytes.js';
import type { Listens } from './hello.js';

/** Of the 64 KiB of a hello. */
const ROOM = 32_768;

/** Only what others may say or ask right away: the rest can wait for the welcome. */
export function listensOf(interests: Iterable<Interest>): Listens {
  const topics: string[] = [];
  const methods: string[] = [];
  let room = ROOM;
  for (const { type, name } of interests) {
    if (type !== 'topic' && type !== 'method') continue;
    room -= utf8Length(JSON.stringify(name)) + 1;
    if (room < 0) break;
    (type === 'topic' ? topics : methods).push(name);
  }
  return { topics, methods };
}

export function interestsIn({ topics, methods }: Listens): readonly Interest[] {
  return [...topics.map((name) => ({ type: 'topic', name }) as const), ...methods.map((name) => ({ type: 'method', name }) as const)];
}
