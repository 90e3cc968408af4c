/**
 * Unrelated processes meet in a folder. The first to come is the broker, in its own process; a dead broker is succeeded by
 * one of those who miss it. There are never two, however slow, stopped or killed anyone is: who is not proved dead is waited for.
 */
import { randomUUID } from 'node:crypto';
import { HubError } from '../../core/errors.js';
import type { Meeting, Rendezvous } from '../../core/star/rendezvous.js';
import type { Secret } from '../../core/star/secret.js';
import { openFolder, unusable } from './folder.js';
import { Generations } from './generations.js';
import type { Last } from './generations.js';
import type { Durability } from './journal-file.js';
import { readOwner } from './oracle.js';
import type { DeathOracle } from './oracle.js';
import { thisProcess } from './owner.js';
import { Reign } from './reign.js';
import { system } from './steps.js';
import type { Steps } from './steps.js';
import { codeOf } from './system-error.js';
import { systemOracle } from './system-oracle.js';
import { takeOver } from './take-over.js';
import type { Predecessor } from './take-over.js';

export interface FolderOptions {
  /** The folder, absolute. */
  readonly path: string;
  readonly broker: BrokerRole;
  /** Default `process`. */
  readonly durability?: Durability;
  readonly secret?: Secret;
}

/** `auto`: whoever comes first. `always`: this process, or it fails. `never`: another one, which is waited for. */
export type BrokerRole = 'auto' | 'always' | 'never';

/** Within this time the first of them begins, whoever it is. A take-over itself takes some ms. */
const HERD = 20;

/** A folder is damaged when it stays so: one that is being removed goes on to be missing. */
const DAMAGE_ATTEMPTS = 10;

/** What fails for want of room, or because a disk takes nothing: it may be otherwise in a moment, or when somebody has seen to it. */
const PASSING: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

export class FolderRendezvous implements Rendezvous {
  readonly name = 'socket';
  readonly secret: Secret | undefined;
  readonly #path: string;
  readonly #broker: BrokerRole;
  readonly #durability: Durability;
  readonly #steps: Steps;
  readonly #generations: Generations;
  readonly #oracle: DeathOracle | undefined;
  /** The highest epoch that this process has been in. */
  #seen = 0;

  constructor(options: FolderOptions, steps: Steps = system, oracleOf: typeof systemOracle = systemOracle) {
    this.secret = options.secret;
    this.#path = options.path;
    this.#broker = options.broker;
    this.#durability = options.durability ?? 'process';
    this.#steps = steps;
    this.#generations = new Generations(options.path, steps);
    this.#oracle = oracleOf(this.#generations, steps);
  }

  readonly proof = async (): Promise<string> => JSON.stringify({ ...(await thisProcess()), session: randomUUID() });

  readonly resign = (proof: string): Promise<void> => this.#generations.resign(proof);

  async meet(signal: AbortSignal): Promise<Meeting> {
    const oracle = this.#oracle;
    if (oracle === undefined) {
      throw new HubError('UNSUPPORTED', `On ${process.platform} the socket transport cannot prove that a broker is dead. Use cluster or fork.`);
    }
    if (oracle.isOpen && this.secret === undefined) {
      throw new HubError('PATH_INSECURE', `On ${process.platform} every user of the machine can reach the broker of ${this.#path}. Pass a \`secret\`, the same in all processes of the group.`);
    }
    let damages = 0;
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      const { last, meeting } = await this.#attempt(oracle, signal);
      damages = last.at === 'damage' ? damages + 1 : 0;
      if (last.at === 'damage' && damages === DAMAGE_ATTEMPTS) throw this.#damaged(last.missing);
      if (meeting !== undefined && signal.aborted) await leave(meeting);
      signal.throwIfAborted();
      if (meeting !== undefined) return meeting;
      await this.#steps.pause(pauseAfter(attempt), signal);
    }
  }

  /** Whoever has a seat to lose does not lose it because a disk is full: it waits. Whoever comes for the first time is told. */
  async #attempt(oracle: DeathOracle, signal: AbortSignal): Promise<{ readonly last: Last; readonly meeting?: Meeting | undefined }> {
    try {
      const last = await this.#last();
      return { last, meeting: await this.#meetAt(last, oracle, signal) };
    } catch (error) {
      const cause = error instanceof HubError ? error.cause : error;
      if (this.#seen === 0 || !PASSING.has(codeOf(cause) ?? '')) throw error;
      return { last: { at: 'nothing' } };
    }
  }

  /** Where the group stands; begins it where this process may. */
  async #last(): Promise<Last> {
    const mayBegin = this.#broker !== 'never';
    if (!(await openFolder(this.#steps, this.#path, mayBegin))) return { at: 'nothing' };
    try {
      const last = await this.#generations.last();
      if (last.at !== 'nothing' || !mayBegin) return last;
      await this.#generations.begin(this.#seen);
      return await this.#generations.last();
    } catch (error) {
      // The folder went while we looked.
      if (codeOf(error) === 'ENOENT') return { at: 'nothing' };
      throw unusable(this.#path, error);
    }
  }

  /** One attempt; `undefined` is "not now". */
  async #meetAt(last: Last, oracle: DeathOracle, signal: AbortSignal): Promise<Meeting | undefined> {
    switch (last.at) {
      case 'nothing':
      case 'damage':
        return undefined;
      case 'beginning':
        this.#refuseOlder(last.number);
        return this.#succeed(last, oracle, signal);
      case 'generation':
        this.#refuseOlder(last.number);
        return this.#askAfter(last, oracle, signal);
    }
  }

  async #askAfter(last: Predecessor, oracle: DeathOracle, signal: AbortSignal): Promise<Meeting | undefined> {
    const verdict = await oracle.ask(last.number);
    if (verdict.life === 'dead') return this.#succeedInTurn(last, oracle, signal);
    if (this.#broker === 'always') {
      const refusal = await this.#occupied(last.number);
      if (verdict.life === 'alive') verdict.link.destroy(refusal);
      throw refusal;
    }
    if (verdict.life === 'unknown') return undefined;
    this.#seen = last.number;
    return { role: 'member', link: verdict.link };
  }

  /** All miss a dead broker at once, and one is enough: they begin one after the other, and see whether it has been done. */
  async #succeedInTurn(last: Predecessor, oracle: DeathOracle, signal: AbortSignal): Promise<Meeting | undefined> {
    if (this.#broker === 'never') return undefined;
    await this.#steps.pause(Math.random() * HERD, signal);
    const isDone = (await this.#steps.look(this.#generations.folder(last.number + 1)).catch(() => undefined)) !== undefined;
    return isDone ? undefined : this.#succeed(last, oracle, signal);
  }

  async #succeed(last: Predecessor, oracle: DeathOracle, signal: AbortSignal): Promise<Meeting | undefined> {
    if (this.#broker === 'never') return undefined;
    const epoch = last.number + 1;
    const generation = await takeOver(this.#generations, this.#steps, oracle, last, { durability: this.#durability, secret: this.secret }, signal).catch((error) => {
      throw unusable(this.#path, error);
    });
    if (generation === undefined) return undefined;
    const place = await this.#steps.look(this.#generations.folder(epoch)).catch(() => undefined);
    if (place === undefined) {
      generation.door.close();
      generation.journal?.close();
      generation.beacon.close();
      return undefined;
    }
    this.#seen = epoch;
    return new Reign(this.#generations, this.#steps, epoch, generation, place);
  }

  /** A folder that was replaced by an older one: what this process saw agreed would be undone. */
  #refuseOlder(last: number): void {
    if (last >= this.#seen) return;
    throw new HubError(
      'UNAVAILABLE',
      `The group in ${this.#path} is at epoch ${last}, and this process has been in its epoch ${this.#seen}: the folder was replaced by an older one. Restart this process to join it as a new member.`,
    );
  }

  async #occupied(generation: number): Promise<HubError> {
    const owner = await readOwner(this.#generations, this.#steps, generation).catch(() => undefined);
    const who = owner === undefined ? 'another process' : `process ${owner.pid}`;
    return new HubError('REFUSED', `The broker of the group in ${this.#path} is ${who}, so this process cannot be it. End that one first, or pass \`broker: 'auto'\`.`);
  }

  #damaged(missing: string): HubError {
    return new HubError(
      'PATH_UNUSABLE',
      `In ${this.#path} "${missing}" is missing: somebody has removed it. End all processes that use the folder, remove the folder, and start them again.`,
    );
  }
}

/** Short at first, for a take-over takes some milliseconds; then up to a quarter of a second. Nobody keeps step with the others. */
function pauseAfter(attempt: number): number {
  return Math.min(250, 8 * 1.5 ** attempt) * (0.5 + Math.random() / 2);
}

async function leave(meeting: Meeting): Promise<void> {
  if (meeting.role === 'authority') await meeting.close();
  else meeting.link.destroy(new HubError('CLOSED', 'The meeting was given up.'));
}
