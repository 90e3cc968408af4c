/**
 * The composition root: options in, hub out. The only file that knows every transport by name; each is loaded when it is
 * used. `createHub` is synchronous, and what is called on its hub waits for the seat by itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type * as api from './core/api.js';
import { checkName, checkSecret, describe } from './core/arguments.js';
import type { Contract, Hub as ContractHub } from './core/contract.js';
import type { Context, Doing } from './core/context.js';
import { HubError } from './core/errors.js';
import { Hub } from './core/hub.js';
import { checkLimits } from './core/limits.js';
import { utf8Length } from './core/bytes.js';
import type { Transport } from './core/transport.js';
import type { ClusterOptions } from './transports/cluster.js';
import type { Adopter, ForkOptions } from './transports/fork.js';
import type { MemoryOptions } from './transports/memory.js';
import type { SocketOptions } from './transports/socket.js';

export type { ClusterOptions, ForkOptions, MemoryOptions, SocketOptions };

/** How this process meets the others, and what that way needs to know. */
export type TransportOptions =
  /** Within this process. */
  | ({ readonly transport: 'memory' } & MemoryOptions)
  /** A cluster's primary and its workers. */
  | ({ readonly transport: 'cluster' } & ClusterOptions)
  /** A parent and its children. */
  | ({ readonly transport: 'fork' } & ForkOptions)
  /** Unrelated processes that know one folder. */
  | ({ readonly transport: 'socket' } & SocketOptions)
  /** Anything that implements the port. */
  | { readonly transport: Transport };

export type CreateHubOptions = api.HubOptions & TransportOptions;

type Child = Parameters<Adopter['adopt']>[0];

/** The hub of a parent, to which children may be added at any time. */
export type ForkHub<C extends Contract = Contract> = ContractHub<C> & Adopter;

type CreateForkHubOptions = api.HubOptions & { readonly transport: 'fork' } & ForkOptions;

export function createHub(options: CreateForkHubOptions): ForkHub;
export function createHub(options: CreateHubOptions): api.Hub;
/** With a contract, what is said over the hub is checked when it is compiled. */
export function createHub<C extends Contract>(options: CreateForkHubOptions): ForkHub<C>;
export function createHub<C extends Contract>(options: CreateHubOptions): ContractHub<C>;
export function createHub(options: CreateHubOptions): api.Hub {
  checkOptions(options);
  const { transport: _, ...rest } = options;
  const of = { ...rest, pid: process.pid, context };
  switch (options.transport) {
    case 'memory':
      return new Hub({ ...of, transport: import('./transports/memory.js').then(({ memory }) => memory(options)) });
    case 'cluster':
      return new Hub({ ...of, transport: import('./transports/cluster.js').then(({ cluster }) => cluster(options)) });
    case 'socket':
      return new Hub({ ...of, transport: import('./transports/socket.js').then(({ socket }) => socket(options)) });
    case 'fork': {
      // What can be gone through only once is: when the transport has been loaded it would be empty.
      const children = options.children === undefined ? {} : { children: [...options.children] };
      for (const child of children.children ?? []) checkChild(child);
      const transport = import('./transports/fork.js').then(({ fork }) => fork({ ...options, ...children }));
      return new AdoptingHub({ ...of, transport }, transport);
    }
    default:
      return new Hub({ ...of, transport: options.transport });
  }
}

/** One for all hubs of the process: what one of them does may be part of what another does. */
const tasks = new AsyncLocalStorage<Doing>();
const context: Context = {
  get: () => tasks.getStore(),
  run: (doing, body) => tasks.run(doing, body),
};

/** Children may be handed over before the transport is there; what is wrong with one is told to whoever hands it over, if that can be seen already. */
class AdoptingHub extends Hub implements ForkHub {
  readonly #adopter: Promise<Adopter>;

  constructor(setup: ConstructorParameters<typeof Hub>[0], adopter: Promise<Adopter>) {
    super(setup);
    this.#adopter = adopter;
  }

  adopt(child: Child): void {
    checkChild(child);
    this.#adopter.then(
      (adopter) => adopter.adopt(child),
      () => {
        // There is no transport, and the hub has told so.
      },
    );
  }
}

const COMMON = ['transport', 'name', 'labels', 'timeout', 'inherit', 'detectDeadlocks', 'captureSites', 'onError', 'onUndelivered'];

const OF_TRANSPORT: ReadonlyMap<string, readonly string[]> = new Map([
  ['memory', ['group', 'limits']],
  ['cluster', ['group', 'limits', 'via']],
  ['fork', ['group', 'limits', 'via', 'children', 'role']],
  ['socket', ['path', 'broker', 'durability', 'secret', 'limits']],
]);

/** A mistyped option would be ignored in silence: it is refused by name. */
function checkOptions(options: CreateHubOptions): void {
  if (typeof options !== 'object' || options === null) throw new TypeError(`createHub takes an object, as in { transport: 'cluster' }, not ${describe(options)}.`);
  const { transport, name, labels, onError, onUndelivered } = options;
  const names = [...OF_TRANSPORT.keys()].map((known) => `'${known}'`).join(', ');
  const own = typeof transport === 'string' ? OF_TRANSPORT.get(transport) : isTransport(transport) ? [] : undefined;
  if (own === undefined) throw new TypeError(`\`transport\` is one of ${names}, or an object with a \`join\` method, not ${describe(transport)}.`);

  const known = [...COMMON, ...own];
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    const whose = typeof transport === 'string' ? `a hub with the ${transport} transport` : 'a hub with a transport of your own';
    throw new TypeError(`\`${option}\` is no option of ${whose}. It takes ${known.map((each) => `\`${each}\``).join(', ')}.`);
  }
  if (name !== undefined && (typeof name !== 'string' || name === '')) throw new TypeError(`\`name\` is a string that is not empty, not ${describe(name)}.`);
  if (name !== undefined) checkName('name', name);
  if (labels !== undefined) checkLabels(labels);
  for (const option of ['inherit', 'detectDeadlocks', 'captureSites'] as const) {
    if (options[option] !== undefined && typeof options[option] !== 'boolean') throw new TypeError(`\`${option}\` is true or false, not ${describe(options[option])}.`);
  }
  for (const [option, listener] of Object.entries({ onError, onUndelivered })) {
    if (listener !== undefined && typeof listener !== 'function') throw new TypeError(`\`${option}\` is a function, not ${describe(listener)}.`);
  }
  if ('limits' in options && options.limits !== undefined) checkLimits(options.limits);
  checkMeeting(options);
}

/** What the transport alone understands: told here, for it is loaded later, when nobody is on the stack any more. */
function checkMeeting(options: CreateHubOptions): void {
  switch (options.transport) {
    case 'memory':
      if (!isPlace(options.group)) checkGroup(options.group);
      return;
    case 'cluster':
      checkGroup(options.group);
      return checkChoice('via', options.via, ['auto', 'ipc']);
    case 'fork':
      checkGroup(options.group);
      if (options.children !== undefined) checkChildren(options.children);
      checkChoice('via', options.via, ['auto', 'ipc']);
      return checkChoice('role', options.role, ['parent', 'child']);
    case 'socket':
      if (typeof options.path !== 'string' || options.path === '') {
        throw new TypeError(`\`path\` is the folder in which the group meets, as in { transport: 'socket', path: '/run/shop' }, not ${describe(options.path)}.`);
      }
      // The system would take what is before it for the whole.
      if (options.path.includes('\0')) throw new TypeError(`\`path\` is the name of a folder, and ${JSON.stringify(options.path.slice(0, 100))} holds a NUL character, which no name has.`);
      if (options.secret !== undefined) checkSecret(options.secret);
      checkChoice('broker', options.broker, ['auto', 'always', 'never']);
      return checkChoice('durability', options.durability, ['none', 'process', 'disk']);
  }
}

function checkGroup(group: unknown): void {
  if (group !== undefined && typeof group !== 'string') throw new TypeError(`\`group\` is a string, not ${describe(group)}.`);
}

function isPlace(group: unknown): boolean {
  return typeof group === 'object' && group !== null && 'rendezvous' in group;
}

function checkChoice(option: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.some((choice) => choice === value)) return;
  throw new TypeError(`\`${option}\` is one of ${choices.map((choice) => `"${choice}"`).join(', ')}, not ${describe(value)}.`);
}

function isTransport(transport: unknown): boolean {
  return typeof transport === 'object' && transport !== null && 'join' in transport && typeof transport.join === 'function';
}

/** Every member learns them, in the first words of this one. */
const MOST_LABELS = 16_384;

function checkLabels(labels: unknown): void {
  const isLabels = typeof labels === 'object' && labels !== null && !Array.isArray(labels) && Object.values(labels).every((label) => typeof label === 'string');
  if (!isLabels) throw new TypeError('`labels` is an object whose values are strings.');
  const size = utf8Length(JSON.stringify(labels));
  if (size > MOST_LABELS) throw new HubError('TOO_LARGE', `The labels take ${size} bytes; the limit is ${MOST_LABELS}. Leave what is long to a shared map.`);
}

function checkChildren(children: unknown): void {
  if (typeof children === 'object' && children !== null && Symbol.iterator in children) return;
  throw new TypeError(`\`children\` is a list of processes, as in { children: [fork('worker.js')] }, not ${describe(children)}.`);
}

function checkChild(child: Child): void {
  if (typeof child?.send !== 'function') throw new TypeError('A child is a process with an IPC channel: start it by fork(), or with \'ipc\' in `stdio`.');
}
