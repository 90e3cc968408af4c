/**
 * Parses JSON of unknown origin. Throws nothing but `BAD_PACKET`, and lets nothing pass that is nested deeper than the
 * tagged form would be: whoever walks such a value may run out of stack.
 */
import { HubError } from '../errors.js';
import { MAX_DEPTH } from './tags.js';

/**
 * A text with more brackets than this is measured before it is parsed, for parsing what is very deep takes very long (a
 * fifth of a second for a million levels). With fewer it is parsed at once, for a value is measured faster than its text.
 */
const MANY_BRACKETS = 50_000;

export function parseJson(text: string): unknown {
  // What is deep has many brackets. Nearly every text is told to be harmless here, in next to no time.
  const brackets = text.length > 2 * MAX_DEPTH ? countBrackets(text) : 0;
  if (brackets > MANY_BRACKETS && isDeepText(text)) throw tooDeep();
  const value = parse(text);
  if (brackets > MAX_DEPTH && isDeeperThan(MAX_DEPTH, value)) throw tooDeep();
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HubError('BAD_PACKET', 'A value is not the JSON that it should be.', { cause });
  }
}

/** The opening ones, and those in texts too; it stops when they are many. */
function countBrackets(text: string): number {
  let count = 0;
  for (let at = text.indexOf('{'); at !== -1 && count <= MANY_BRACKETS; at = text.indexOf('{', at + 1)) count += 1;
  for (let at = text.indexOf('['); at !== -1 && count <= MANY_BRACKETS; at = text.indexOf('[', at + 1)) count += 1;
  return count;
}

/** Of what is no JSON the answer means nothing, and `JSON.parse` refuses it where the nonsense begins. */
function isDeepText(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > MAX_DEPTH) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
    }
  }
  return false;
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

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (isDeeperThan(levels - 1, item)) return true;
  } else {
    for (const key in value) if (isDeeperThan(levels - 1, (value as Readonly<Record<string, unknown>>)[key])) return true;
  }
  return false;
}

function tooDeep(): HubError {
  return new HubError('BAD_PACKET', `A value in JSON is nested deeper than ${MAX_DEPTH} levels.`);
}
