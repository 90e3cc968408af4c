/** Parses JSON of unknown origin. Throws nothing but `BAD_PACKET`, and nests no deeper than the tagged form does. */
import { HubError } from '../errors.js';
import { MAX_DEPTH } from './tags.js';

export function parseJson(text: string): unknown {
  if (nestsTooDeep(text)) throw new HubError('BAD_PACKET', `A value in JSON is nested deeper than ${MAX_DEPTH} levels.`);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HubError('BAD_PACKET', 'A value is not the JSON that it should be.', { cause });
  }
}

/** Of JSON; of any other text the answer means nothing, and `JSON.parse` refuses it in no time. */
export function nestsTooDeep(text: string): boolean {
  // What is nested so deep is closed as often as it is opened, and opens many times. Few texts get past these two lines.
  if (text.length <= 2 * MAX_DEPTH) return false;
  if (occurrences(text, '{') + occurrences(text, '[') <= MAX_DEPTH) return false;
  return deepest(text) > MAX_DEPTH;
}

/** Stops counting when the answer is clear. */
function occurrences(text: string, what: string): number {
  let count = 0;
  for (let at = text.indexOf(what); at !== -1 && count <= MAX_DEPTH; at = text.indexOf(what, at + 1)) count += 1;
  return count;
}

function deepest(text: string): number {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < text.length && most <= MAX_DEPTH; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > most) most = depth;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
    }
  }
  return most;
}

/** Where the string's closing quote is: the first that an even number of backslashes precedes. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
