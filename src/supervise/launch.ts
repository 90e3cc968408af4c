/** Starts a process with a channel to this one: a worker of this cluster, or a process of its own. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import type { ClusterSettings, Worker } from 'node:cluster';
import type { ProcessPlan } from './plan.js';

export interface Launched {
  readonly child: ChildProcess;
  /** If it is one. */
  readonly worker: Worker | undefined;
}

export function launch(plan: ProcessPlan, env: Readonly<Record<string, string>>): Launched {
  const { args = [], execArgv = process.execArgv, cwd, serialization, file } = plan;
  const how = { execArgv: [...execArgv], ...(cwd === undefined ? {} : { cwd }), ...(serialization === undefined ? {} : { serialization }) };
  if (plan.cluster !== true) return { child: fork(file, [...args], { ...how, env: { ...process.env, ...plan.env, ...env } }), worker: undefined };

  const worker = forkWith({ ...how, exec: file, args: [...args] }, { ...plan.env, ...env });
  return { child: worker.process, worker };
}

/** Settings are the whole cluster's, and whoever else forks workers here wants his own. */
function forkWith(settings: ClusterSettings, env: Readonly<Record<string, string>>): Worker {
  const before = { ...DEFAULTS, ...cluster.settings };
  cluster.setupPrimary({ ...DEFAULTS, ...settings });
  try {
    return cluster.fork(env);
  } finally {
    cluster.setupPrimary(before);
  }
}

/** As Node has them. What is `undefined` here takes the place of what was set before. */
const DEFAULTS = {
  exec: process.argv[1],
  args: process.argv.slice(2),
  execArgv: process.execArgv,
  cwd: undefined,
  serialization: undefined,
  silent: false,
  stdio: undefined,
} as unknown as ClusterSettings;
