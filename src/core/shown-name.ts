/**
 * A name as its user knows it, for what errors say: a service, a singleton or `once` puts something of the hub's own in front of
 * the name that it was given.
 */
export function shownName(name: string): string {
  return name.replace(OWN, '');
}

const OWN = /^interhub\.[a-z]+:/;
