/**
 * `interhub/supervise`: a small supervisor. It starts the processes of a program, waits for each to be ready, starts
 * again what ends, renews all without a lost request, and drains all when it is told to end.
 */
import type { SuperviseOptions } from './plan.js';
import { Supervised } from './supervised.js';
import type { SupervisedOptions } from './supervised.js';
import { Supervisor } from './supervisor.js';

export type { Notice, NoticeType } from './notices.js';
export type { ProcessPlan, SuperviseOptions } from './plan.js';
export type { RestartOptions } from './restarts.js';
export type { Supervised, SupervisedOptions } from './supervised.js';
export type { SupervisedProcess, Supervisor } from './supervisor.js';

/** In the process that starts the others. It begins at once; `ready()` tells when all of them can be counted on. */
export function supervise(options: SuperviseOptions): Supervisor {
  return new Supervisor(options);
}

/** In each process that was started so: its hub, and how it tells that it is ready. */
export function supervised(options: SupervisedOptions = {}): Supervised {
  return new Supervised(options);
}
