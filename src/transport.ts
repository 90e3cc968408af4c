/** `interhub/transport`: what authors of transports need: the port, and the star, which makes a transport out of links. */
export type * from './core/transport.js';
export type * from './core/protocol.js';
export { EVERYONE, MAX_NAME_BYTES } from './core/protocol.js';
export { HubError } from './core/errors.js';
export type { HubErrorCode, HubErrorOptions } from './core/errors.js';
export { star } from './core/star/star.js';
export type { StarOptions } from './core/star/star.js';
export type { Link, LinkSink } from './core/star/link.js';
export type { Meeting, Rendezvous } from './core/star/rendezvous.js';
export { linkPair } from './core/star/pair.js';
export type { Host } from './core/host.js';
