/**
 * Tells which values JSON keeps exactly. It is asked of every value that is sent, so it is one walk over the value that
 * allocates nothing for objects and gives up at the first doubt: the tagged form keeps whatever this refuses.
 *
 * Two places of one object that hold the same object are no doubt: they arrive as two equal ones.
 */

/** Cycles end here: they reach any depth at once. */
const MAX_PLAIN_DEPTH = 100;
/** Objects that share much (two ways to each of two ways ...) end here, before JSON writes them out many times. */
const MAX_NODES = 200_000;

/** May throw what a getter or a proxy in the value throws. */
export function isPlain(value: unknown): boolean {
  return isPlainLeaf(value) || walk(value, MAX_PLAIN_DEPTH, MAX_NODES) >= 0;
}

function isPlainLeaf(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    default:
      return value === null;
  }
}

/** How many nodes are left after this one; negative if it is not plain. */
function walk(value: unknown, depth: number, nodes: number): number {
  if (typeof value !== 'object' || value === null || depth === 0) return -1;
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return -1;
  return Array.isArray(value) ? walkArray(value, depth, nodes) : walkObject(value, depth, nodes);
}

function walkArray(items: readonly unknown[], depth: number, nodes: number): number {
  let left = nodes - items.length - 1;
  for (let index = 0; index < items.length && left >= 0; index += 1) {
    const item = items[index];
    if (!isPlainLeaf(item)) left = walk(item, depth - 1, left);
  }
  if (left < 0) return left;
  // A hole reads as `undefined`, so all items are there; more keys than items are properties that JSON would drop.
  return Object.keys(items).length === items.length ? left : -1;
}

function walkObject(object: object, depth: number, nodes: number): number {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return -1;

  let left = nodes - 1;
  for (const key in object) {
    const value = (object as Readonly<Record<string, unknown>>)[key];
    left = isPlainLeaf(value) ? left - 1 : walk(value, depth - 1, left);
    if (left < 0) return left;
  }
  return left;
}
