/**
 * The interface of the package cluster-dispatch over a supervisor and its hub: one library process owns the connections,
 * and the workers of an app call its objects as if they were their own. A program runs after changing the import line:
 *
 *     const { Master, Agent } = require('interhub/compat/cluster-dispatch');
 *
 * What it promises beyond the original: errors arrive at once and as what they are; a library that dies is started again,
 * and calls that cannot have run wait for it; functions that nobody holds any more are forgotten; two programs on one
 * host do not meet.
 */
import { getAgent, RawAgent, setAgent } from './cluster-dispatch/agent.js';
import { AppClient } from './cluster-dispatch/app-client.js';
import { LibraryClient } from './cluster-dispatch/library-client.js';
import { Master } from './cluster-dispatch/master.js';

export type { AgentOptions, RemoteMethod, RemoteObject } from './cluster-dispatch/agent.js';
export type { AppClientOptions } from './cluster-dispatch/app-client.js';
export type { LibraryClientOptions } from './cluster-dispatch/library-client.js';
export type { Logger } from './cluster-dispatch/logger.js';
export type { MasterOptions } from './cluster-dispatch/master.js';

export const Agent = { RawAgent, setAgent, getAgent };

export { AppClient, LibraryClient, Master };

const dispatch = { Master, AppClient, LibraryClient, Agent };

export { dispatch as default, dispatch as 'module.exports' };
