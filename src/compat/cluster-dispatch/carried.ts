/**
 * What a hub can carry of a value that it cannot carry whole: all but its functions, its symbols and what lives in one
 * process only, as JSON left them out.
 */
import { encode } from '../../core/codec/codec.js';
import { HubError } from '../../core/errors.js';

/** The value itself, if a hub carries it. */
export function carried(value: unknown): unknown {
  return isCarried(value) ? value : copy(value, new Map());
}

/** An object's public fields: what its methods return when they return `this`. */
export function publicFields(object: object): unknown {
  return carried(Object.fromEntries(Object.entries(object).filter(([name, value]) => !name.startsWith('_') && typeof value !== 'function')));
}

function isCarried(value: unknown): boolean {
  if (typeof value === 'function') return false;
  if (typeof value !== 'object' || value === null) return typeof value !== 'symbol';
  try {
    encode(value);
    return true;
  } catch (error) {
    if (error instanceof HubError && error.code === 'UNSERIALIZABLE') return false;
    throw error;
  }
}

function copy(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    copies.set(value, items);
    for (const item of value) items.push(copy(item, copies));
    return items;
  }
  if (Object.prototype.toString.call(value) !== '[object Object]' && isCarried(value)) return value;
  const fields: Record<string, unknown> = {};
  copies.set(value, fields);
  for (const [name, field] of Object.entries(value)) if (typeof field !== 'function') fields[name] = copy(field, copies);
  return fields;
}
