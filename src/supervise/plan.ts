/** What is to run, and how: the options of a supervisor, checked where they come in. */
import { describe } from '../core/arguments.js';
import type { HubOptions } from '../core/api.js';
import type { RestartOptions } from './restarts.js';

export interface SuperviseOptions {
  /** The crews, by name: started in this order, each when the one before is ready, and stopped in the reverse order. */
  readonly processes: Readonly<Record<string, ProcessPlan>>;
  /** Options of the supervisor's own hub. */
  readonly hub?: HubOptions & { readonly group?: string };
  /** On which signals everything is drained and this process ends. Default `SIGTERM` and `SIGINT`. */
  readonly signals?: readonly NodeJS.Signals[];
  /** Hears of each process that is not started again. Default: a warning of the process. */
  readonly onError?: (error: Error) => void;
}

export interface ProcessPlan {
  readonly file: string;
  /** How many. One without `count` has the crew's name; others are `name-1`, `name-2` ... */
  readonly count?: number;
  /** Workers of a cluster, which share the ports that they listen on; otherwise processes of their own. */
  readonly cluster?: boolean;
  readonly args?: readonly string[];
  readonly execArgv?: readonly string[];
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly serialization?: 'json' | 'advanced';
  /**
   * When it counts as ready. `told` (the default): when it says so, by `supervised().ready()`. `listening`: when it listens
   * on a port, which a worker of a cluster does. `online`: when it has started.
   */
  readonly ready?: 'told' | 'listening' | 'online';
  /** How long it may take to get ready. Default 30 000. */
  readonly readyTimeout?: number;
  /** How long it may take to end before it is killed. Default 10 000. */
  readonly stopTimeout?: number;
  /** `false`: it is not started again. */
  readonly restart?: RestartOptions | false;
  /** Whether `restart()` starts the new process before it ends the old one. Default `true`. */
  readonly overlap?: boolean;
}

const OPTIONS: readonly string[] = ['processes', 'hub', 'signals', 'onError'];
const PLAN_OPTIONS: readonly string[] = [
  'file', 'count', 'cluster', 'args', 'execArgv', 'env', 'cwd', 'serialization', 'ready', 'readyTimeout', 'stopTimeout', 'restart', 'overlap',
];
const READY: readonly unknown[] = ['told', 'listening', 'online', undefined];

export function checkOptions(options: SuperviseOptions): void {
  checkNames('supervise', options, OPTIONS);
  const { processes } = options;
  if (typeof processes !== 'object' || processes === null) throw new TypeError(`\`processes\` is an object of plans by name, as in { app: { file: 'app.js' } }, not ${describe(processes)}.`);
  for (const [name, plan] of Object.entries(processes)) checkPlan(name, plan);
}

function checkPlan(name: string, plan: ProcessPlan): void {
  checkNames(`the plan of "${name}"`, plan, PLAN_OPTIONS);
  const { file, count, cluster = false, ready, readyTimeout, stopTimeout } = plan;
  if (typeof file !== 'string' || file === '') throw new TypeError(`\`file\` of "${name}" is the path of a program, not ${describe(file)}.`);
  if (count !== undefined && !(Number.isInteger(count) && count >= 0)) throw new RangeError(`\`count\` of "${name}" is a whole number that is not negative, not ${describe(count)}.`);
  if (!READY.includes(ready)) throw new TypeError(`\`ready\` of "${name}" is 'told', 'listening' or 'online', not ${describe(ready)}.`);
  if (ready === 'listening' && !cluster) throw new TypeError(`Only workers of a cluster are known to listen: let "${name}" tell when it is ready, or make it \`cluster: true\`.`);
  for (const [option, value] of Object.entries({ readyTimeout, stopTimeout })) {
    if (value !== undefined && !(typeof value === 'number' && value > 0)) throw new RangeError(`\`${option}\` of "${name}" is a number of ms above 0, not ${describe(value)}.`);
  }
}

/** A mistyped option would be ignored in silence. */
function checkNames(whose: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw new TypeError(`The options of ${whose} are an object, not ${describe(options)}.`);
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) throw new TypeError(`\`${option}\` is no option of ${whose}. It takes ${known.map((each) => `\`${each}\``).join(', ')}.`);
  }
}
