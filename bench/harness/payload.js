/** The values that every system carries: a small order of about 100 bytes of JSON, and plain bytes. */
export function order(id = 4711) {
  return { id, user: 'ann.example', items: [{ sku: 'A-1', n: 2 }, { sku: 'B-22', n: 1 }], total: 59.9, paid: true };
}

export function bytes(size) {
  return Buffer.alloc(size, 7);
}
