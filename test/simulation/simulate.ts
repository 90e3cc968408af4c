/**
 * One life of a group, by a seed: processes come, do what chance tells them, are stopped and killed; disks fill up and
 * fail, links are cut, clocks are set, the power goes. Then the faults end, everything comes to rest, and whatever must be
 * then is asked for.
 */
import { Actor } from './actor.js';
import { Folder, SOUND } from './folder.js';
import type { Seams } from './folder.js';
import { Witness } from './witness.js';
import { World } from './world.js';

export interface Story {
  readonly seed: number;
  /** Each begins with the number of an invariant. */
  readonly findings: readonly string[];
  readonly trace: number;
  readonly steps: number;
  readonly grants: number;
  readonly messages: number;
  readonly brokers: number;
  readonly losses: number;
}

const TROUBLED_STEPS = 500;
/** So long it may take until everything has come to rest, and until nothing is left. */
const CALM_STEPS = 6_000;

/** `seams`: how its folder works otherwise than it should. */
export async function simulate(seed: number, seams: Partial<Seams> = {}): Promise<Story> {
  const group = new SimGroup(seed, seams);
  const { now } = Date;
  const { stackTraceLimit } = Error;
  Date.now = () => group.world.wall;
  // Thousands of errors are made that nobody reads.
  Error.stackTraceLimit = 0;
  try {
    return await group.live();
  } finally {
    Date.now = now;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class SimGroup {
  readonly world: World;
  readonly #seed: number;
  readonly #witness = new Witness();
  readonly #folder: Folder;
  readonly #actors: Actor[] = [];

  constructor(seed: number, seams: Partial<Seams>) {
    this.#seed = seed;
    this.world = new World(seed);
    const { random } = this.world;
    this.#folder = new Folder(this.world, this.#witness, { ...SOUND, durability: random.chance(0.25) ? 'disk' : 'process', ...seams });
    for (let i = 2 + random.below(4); i > 0; i--) this.#start();
    // Where one is always there, the group never ends, and what it has added up is never forgotten.
    this.#witness.isLasting = random.chance(0.8);
    this.#keepOne();
  }

  async live(): Promise<Story> {
    const { world } = this;
    const { findings } = this.#witness;
    while (world.steps < TROUBLED_STEPS && findings.length === 0) {
      if (world.random.chance(0.02)) this.#cause();
      // What it has begun with must be on the disk already, although it has flushed nothing yet.
      if (this.#folder.isFresh && world.random.chance(0.03)) this.#cutPower();
      // Who is always there has to be there before anything is shared.
      const isBegun = !this.#witness.isLasting || this.#actors.some(({ process, session }) => process.isSafe && process.isAlive && session !== undefined);
      for (const actor of this.#actors) if (isBegun && isAwake(actor) && world.random.chance(0.15)) await act(actor, () => actor.act());
      if (!(await world.step())) for (const process of world.processes) process.isStopped = false;
    }
    if (findings.length === 0) await this.#comeToRest();
    if (findings.length === 0) await this.#end();
    const losses = this.#actors.reduce((sum, each) => sum + each.losses, 0);
    const { grants, messages } = this.#witness;
    return { seed: this.#seed, findings, trace: world.trace, steps: world.steps, grants, messages, brokers: this.#folder.brokers, losses };
  }

  get #present(): readonly Actor[] {
    return this.#actors.filter((actor) => actor.process.isAlive && !actor.isClosed);
  }

  #start(): void {
    this.#actors.push(new Actor(this.world.start(`p${this.#actors.length}`), this.#folder, this.#witness));
  }

  #keepOne(): void {
    const [first] = this.#present;
    if (first !== undefined && this.#witness.isLasting) first.process.isSafe = true;
  }

  /** Some trouble. */
  #cause(): void {
    const { random } = this.world;
    const alive = this.world.processes.filter(({ isAlive }) => isAlive);
    const dice = random.next();
    if (dice < 0.25) this.#folder.broker?.kill();
    else if (dice < 0.38 && alive.length > 0) random.pick(alive).kill();
    else if (dice < 0.52 && alive.length > 0) random.pick(alive).isStopped = true;
    else if (dice < 0.66) for (const process of alive) process.isStopped = false;
    else if (dice < 0.76) this.#folder.disk.isFull = !this.#folder.disk.isFull;
    else if (dice < 0.84) random.pick(this.#actors.filter(({ process }) => !process.isSafe)).close();
    else if (dice < 0.88) this.world.set += (random.next() - 0.5) * 7_200_000;
    else if (dice < 0.9) this.#cutPower();
    else if (alive.length < 6) this.#start();
  }

  #cutPower(): void {
    this.#folder.cutPower();
    for (let i = 1 + this.world.random.below(3); i > 0; i--) this.#start();
    this.#keepOne();
  }

  async #comeToRest(): Promise<void> {
    const { world } = this;
    world.hasFaults = false;
    this.#folder.disk.isFull = false;
    for (const process of world.processes) process.isStopped = false;
    if (this.#present.length === 0) this.#start();

    const isCalm = (): boolean => this.#present.every((actor) => actor.isIdle && actor.members.size === this.#present.length);
    for (let i = 0; i < CALM_STEPS && this.#witness.findings.length === 0 && !isCalm(); i++) {
      for (const actor of this.#present) await act(actor, () => actor.calmDown());
      if (!(await world.step())) break;
    }
    if (!isCalm()) this.#witness.find(this.#present.every(({ isIdle }) => isIdle) ? 'I22' : 'I7', `it does not come to rest: ${this.#present.map(describe).join(', ')}`);
  }

  async #end(): Promise<void> {
    const { world } = this;
    const witness = this.#witness;
    const [reader] = this.#present;
    if (reader === undefined) return;
    // Whoever was answered has been heard before.
    await this.#until(Promise.all(this.#present.map((actor) => actor.sum())));
    const told = await this.#until(Promise.all([reader.sum(), reader.lines()]));
    if (told === undefined) return witness.find('I7', 'somebody waits for an answer for ever');
    const [total, lines] = told;
    for (const { key, tickets } of lines) witness.find('I8', `nobody holds anything, and the line of ${key} is ${tickets.map(({ member }) => member).join(' ')}`);
    if (witness.isLasting) witness.end(total);

    const before = witness.messages;
    const talkers = this.#present.filter(({ members }) => members.size > 1);
    for (const actor of talkers) await act(actor, () => actor.tell());
    for (let i = 0; i < CALM_STEPS && witness.messages < before + talkers.length && (await world.step()); i++);
    if (witness.messages < before + talkers.length) witness.find('I22', `${talkers.length} said something, and ${witness.messages - before} were heard`);

    // With the last of them the group ends.
    witness.isLasting = false;
    const closing = this.#present;
    for (const actor of closing) await act(actor, () => actor.close());
    for (let i = 0; i < CALM_STEPS && (await world.step()); i++);
    for (const actor of closing) if (!actor.isClosed) witness.find('I18', `${actor.process.name} does not close`);
    if (world.pending > 0) witness.find('I18', `all have closed, and ${world.pending} events are to come`);
  }

  /** `undefined`: it never comes. */
  async #until<T>(promise: Promise<T>): Promise<T | undefined> {
    let settled: { readonly value: T } | undefined;
    void promise.then((value) => (settled = { value }));
    for (let i = 0; i < CALM_STEPS && settled === undefined && (await this.world.step()); i++);
    return settled?.value;
  }
}

function isAwake({ process }: Actor): boolean {
  return process.isAlive && !process.isStopped;
}

async function act(actor: Actor, run: () => void): Promise<void> {
  run();
  await actor.process.turn();
}

function describe(actor: Actor): string {
  return `${actor.process.name} (${actor.session === undefined ? 'no session' : `number ${actor.number}`}, ${actor.pending} pending, ${actor.isIdle ? 'idle' : 'busy'}, sees ${[...actor.members.keys()].join(' ')})`;
}
