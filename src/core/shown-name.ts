/**
 * A name as its user knows it, for what errors say: a service, a singleton or `once` puts something of the hub's own in front of
 * the name that it was given. Of a long one the beginning is enough.
 */
export function shownName(name: string): string {
  const own = name.replace(OWN, '');
  return own.length > LONGEST ? `${own.slice(0, LONGEST)}...` : own;
}

/** As `to` named a member: its number, its id or its name. */
export function shownAddress(address: number | string | undefined): string {
  return typeof address === 'string' ? JSON.stringify(shownName(address)) : String(address);
}

const OWN = /^interhub\.[a-z]+:/;
const LONGEST = 100;
