/**
 * One life of a group, by a seed: processes come, do what chance tells them, are stopped and killed; disks fill up, links
 * are cut. Then the faults end, everything comes to rest, and whatever must be then is asked for.
 */
import { HubError } from '../../src/core/errors.js';
import { Actor } from './actor.js';
import { Folder } from './folder.js';
import type { Plan } from './folder.js';
import { Witness } from './witness.js';
import { World } from './world.js';

export interface Story {
  readonly seed: number;
  readonly findings: readonly string[];
  readonly trace: number;
  readonly steps: number;
  readonly grants: number;
  readonly messages: number;
  readonly brokers: number;
  readonly losses: number;
}

const TROUBLED_STEPS = 500;
/** So long it may take until everything has come to rest. */
const CALM_STEPS = 6_000;

export async function simulate(seed: number, broken: Partial<Plan> = {}): Promise<Story> {
  const world = new World(seed);
  const { random } = world;
  const witness = new Witness();
  const folder = new Folder(world, { durability: random.chance(0.25) ? 'disk' : 'process', ...broken });
  const actors: Actor[] = [];
  const started = 2 + random.below(4);
  const start = (): void => void actors.push(new Actor(world.start(`p${actors.length}`), folder, witness));
  for (let i = 0; i < started; i++) start();
  // Where one is always there, the group never ends, and what it has added up is never forgotten.
  const [first] = world.processes;
  if (first !== undefined) first.isSafe = random.chance(0.8);

  while (world.steps < TROUBLED_STEPS && witness.findings.length === 0) {
    if (random.chance(0.02)) cause(world, folder, actors, start);
    const isBegun = first?.isSafe !== true || actors[0]?.session !== undefined;
    for (const actor of actors) if (isBegun && actor.process.isAlive && !actor.process.isStopped && random.chance(0.15)) await act(actor, () => actor.act());
    if (!(await world.step())) for (const process of world.processes) process.isStopped = false;
  }
  await comeToRest(world, folder, actors, witness, start);
  const losses = actors.reduce((sum, each) => sum + each.losses, 0);
  return { seed, findings: witness.findings, trace: world.trace, steps: world.steps, grants: witness.grants, messages: witness.messages, brokers: folder.brokers, losses };
}

/** Some trouble. */
function cause(world: World, folder: Folder, actors: readonly Actor[], start: () => void): void {
  const { random } = world;
  const alive = world.processes.filter(({ isAlive }) => isAlive);
  const dice = random.next();
  if (dice < 0.25) folder.broker?.kill();
  else if (dice < 0.4 && alive.length > 0) random.pick(alive).kill();
  else if (dice < 0.55 && alive.length > 0) random.pick(alive).isStopped = true;
  else if (dice < 0.7) for (const process of alive) process.isStopped = false;
  else if (dice < 0.8) folder.isFull = !folder.isFull;
  else if (dice < 0.88) random.pick(actors.filter(({ process }) => !process.isSafe)).close();
  else if (alive.length < 6) start();
}

async function comeToRest(world: World, folder: Folder, actors: readonly Actor[], witness: Witness, start: () => void): Promise<void> {
  world.hasFaults = false;
  folder.isFull = false;
  for (const process of world.processes) process.isStopped = false;
  const present = (): readonly Actor[] => actors.filter((actor) => actor.process.isAlive && !actor.isClosed);
  if (present().length === 0) start();

  const isCalm = (): boolean => present().every((actor) => actor.isIdle && actor.members.size === present().length);
  for (let i = 0; i < CALM_STEPS && witness.findings.length === 0 && !isCalm(); i++) {
    for (const actor of present()) await act(actor, () => actor.calmDown());
    if (!(await world.step())) break;
  }
  if (witness.findings.length > 0) return;
  if (!isCalm()) return witness.find(`it does not come to rest: ${present().map(describe).join(', ')}`);

  const [reader] = present();
  if (reader === undefined) return;
  let total: number | undefined;
  void reader.read('m', 'n').then((outcome) => (total = outcome instanceof HubError || outcome.type === 'absent' ? 0 : outcome.type === 'entry' ? Number(outcome.value) : NaN));
  while (total === undefined && (await world.step()));
  if (world.processes[0]?.isSafe === true) witness.end(total ?? NaN);

  const closing = present();
  for (const actor of closing) await act(actor, () => actor.close());
  while (await world.step());
  for (const actor of closing) if (!actor.isClosed) witness.find(`${actor.process.name} does not close`);
}

async function act(actor: Actor, run: () => void): Promise<void> {
  run();
  await actor.process.turn();
}

function describe(actor: Actor): string {
  return `${actor.process.name} (${actor.session === undefined ? 'no session' : `number ${actor.number}`}, ${actor.pending} pending, ${actor.isIdle ? 'idle' : 'busy'}, sees ${[...actor.members.keys()].join(' ')})`;
}
