/** The public names of interhub. Authors of transports find theirs in `interhub/transport`. */
export { createHub } from './create-hub.js';
export type { ClusterOptions, CreateHubOptions, ForkHub, ForkOptions, MemoryOptions, SocketOptions, TransportOptions } from './create-hub.js';
export { HubError } from './core/errors.js';
export type { HubErrorCode, HubErrorOptions } from './core/errors.js';
export type * from './core/api.js';
export type * from './core/services-api.js';
export type { Contract, ContractedHub, Hub } from './core/contract.js';
export type { Ended, LeaveReason, Member, Space } from './core/protocol.js';
export type { Transport } from './core/transport.js';
