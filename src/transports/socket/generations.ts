/**
 * The generations of a group in its folder: `g<N>` is one broker's life, made once and never again, and N only rises.
 * `current` names one that has served. It is a hint where to begin looking, and it tells a late-comer that the name under
 * which he has published belongs to the past: generations are collected only below it.
 *
 * The first broker finds no generation. So that numbers rise even when a folder was removed and made again, the group
 * begins at a number taken from the clock, and `current` says that no generation has borne it.
 */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { HubError } from '../../core/errors.js';
import { isGone, parseOwner } from './owner.js';
import type { Owner } from './owner.js';
import type { Steps } from './steps.js';
import { codeOf } from './system-error.js';

export interface Current {
  readonly number: number;
  /** The group has begun behind this number: there never was such a generation. */
  readonly isBeginning: boolean;
}

export type Last =
  /** The newest generation, as far as could be seen. */
  | { readonly at: 'generation'; readonly number: number; readonly current: Current }
  /** No broker has been here yet. */
  | { readonly at: 'beginning'; readonly number: number; readonly current: Current }
  /** Nobody has begun a group here. */
  | { readonly at: 'nothing' }
  /** Something has been removed by a stranger, or is being removed right now. */
  | { readonly at: 'damage'; readonly missing: string };

/** A generation is called so, and tells its number. */
export const GENERATION = /^g([1-9]\d{0,8})$/;
/** What is under construction is called so. It is collected when it is old: nobody else may call anything so. */
export const DRAFT = /^t~[a-z0-9]{6}$/;
/** How many generations before the current one are kept. */
const KEPT = 8;
/** What is under construction for longer than this was left by a process that died at it. Else its maker begins again. */
const RUBBISH_AGE = 60_000;
/** No broker needs longer than this to see that a session has ended. */
const NOTE_AGE = 7 * 24 * 3_600_000;

export class Generations {
  readonly path: string;
  readonly #steps: Steps;

  constructor(path: string, steps: Steps) {
    this.path = path;
    this.#steps = steps;
  }

  folder(number: number): string {
    return join(this.path, `g${number}`);
  }

  socket(number: number): string {
    return join(this.folder(number), 's');
  }

  /** A name for what is under construction. Short, for a socket is bound under it. */
  draft(): string {
    return join(this.path, 't~' + randomInt(36 ** 6).toString(36).padStart(6, '0'));
  }

  async last(): Promise<Last> {
    const current = await this.current();
    if (current === undefined) return this.#nothing();

    let number = current.number;
    while (await this.#has(number + 1)) number++;
    if (number > current.number || (await this.#has(number))) return { at: 'generation', number, current };
    if (current.isBeginning) return { at: 'beginning', number, current };
    // While we looked it may have been collected: then `current` has risen.
    const newer = await this.current();
    return newer?.number === number ? { at: 'damage', missing: `g${number}` } : this.last();
  }

  async current(): Promise<Current | undefined> {
    const text = await this.#steps.read(join(this.path, 'current'));
    if (text === undefined) return undefined;
    const [, number, beginning] = /^([1-9]\d{0,8})( beginning)?\n$/.exec(text) ?? [];
    if (number === undefined) {
      throw new HubError('PATH_IN_USE', `The file ${join(this.path, 'current')} is not of a group. Choose a folder that the group has for itself.`);
    }
    return { number: Number(number), isBeginning: beginning !== undefined };
  }

  /** Begins the group, unless another process does at the same time. Its numbers are above `floor`, and above all that went before. */
  async begin(floor: number): Promise<void> {
    const draft = this.draft();
    try {
      await this.#steps.writeThrough(draft, `${Math.max(floor, clock())} beginning\n`);
      await this.#steps.link(draft, join(this.path, 'current'));
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    } finally {
      await this.#steps.remove(draft);
    }
  }

  /** Gives a draft the name of a generation; `false`: there is one of that name. One of all that try succeeds. */
  async publish(draft: string, number: number): Promise<boolean> {
    try {
      await this.#steps.rename(draft, this.folder(number));
      return true;
    } catch (error) {
      // A folder with something in it is never replaced.
      if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false;
      // What Windows says of one that is there, and of others.
      if (codeOf(error) === 'EPERM' && (await this.#has(number))) return false;
      throw error;
    }
  }

  async setCurrent(number: number): Promise<void> {
    const draft = this.draft();
    try {
      await this.#steps.writeThrough(draft, `${number}\n`);
      await this.#steps.rename(draft, join(this.path, 'current'));
    } catch (error) {
      await this.#steps.remove(draft);
      throw error;
    }
  }

  /** A session of this process has ended, and the group could not be told: a note of it is left. */
  async resign(proof: string): Promise<void> {
    const note = this.#note(proof);
    if (note === undefined) return;
    await this.#steps.makeFolder(join(this.path, 'm')).catch(ignore('EEXIST'));
    await this.#steps.write(note, '').catch(ignore('EEXIST'));
  }

  /** Whether a member will not come back, by what it has said of itself: its process has ended, or it has left a note. On doubt it may. */
  async isOver(proof: string, observer: Owner): Promise<boolean> {
    const owner = parseOwner(proof);
    return owner !== undefined && ((await isGone(owner, observer)) || this.#hasResigned(proof));
  }

  async #hasResigned(proof: string): Promise<boolean> {
    const note = this.#note(proof);
    return note !== undefined && (await this.#steps.look(note)) !== undefined;
  }

  #note(proof: string): string | undefined {
    const session = sessionOf(proof);
    return session === undefined ? undefined : join(this.path, 'm', session);
  }

  /** Nothing of the current generation looks forgotten, however long nobody has come. */
  async refresh(current: number): Promise<void> {
    const names = await this.#steps.list(this.folder(current));
    const files = [join(this.path, 'current'), ...names.filter((name) => name !== 's').map((name) => join(this.folder(current), name))];
    // A journal that is written anew may just have taken the name of the other.
    await Promise.all(files.map((file) => this.#steps.touch(file).catch(ignore('ENOENT'))));
  }

  /** Removes what nobody can need any more. For the broker of the current generation only. */
  async collect(current: number): Promise<void> {
    const names = await this.#steps.list(this.path);
    const old = names.flatMap((name) => GENERATION.exec(name)?.[1] ?? []).map(Number);
    for (const number of old.filter((number) => number < current - KEPT).sort((a, b) => a - b)) {
      await this.#steps.remove(this.folder(number));
    }
    await this.#forget(names.includes('m') ? await this.#steps.list(join(this.path, 'm')) : []);
    for (const name of names.filter((name) => DRAFT.test(name))) {
      const found = await this.#steps.look(join(this.path, name));
      if (found !== undefined && Date.now() - found.mtimeMs > RUBBISH_AGE) await this.#steps.remove(join(this.path, name));
    }
  }

  /** Notes of sessions that ended long ago. */
  async #forget(sessions: readonly string[]): Promise<void> {
    for (const session of sessions) {
      const note = join(this.path, 'm', session);
      const found = await this.#steps.look(note);
      if (found !== undefined && Date.now() - found.mtimeMs > NOTE_AGE) await this.#steps.remove(note);
    }
  }

  async #has(number: number): Promise<boolean> {
    return (await this.#steps.look(this.folder(number))) !== undefined;
  }

  /** `current` comes before the first generation and is never removed. */
  async #nothing(): Promise<Last> {
    const isEmpty = !(await this.#steps.list(this.path)).some((name) => name.startsWith('g'));
    if (isEmpty || (await this.current()) !== undefined) return { at: 'nothing' };
    return { at: 'damage', missing: 'current' };
  }
}

/** A name that is safe in a path, or none. */
function sessionOf(proof: string): string | undefined {
  try {
    const { session }: { readonly session?: unknown } = JSON.parse(proof) ?? {};
    return typeof session === 'string' && /^[0-9a-f-]{36}$/.test(session) ? session : undefined;
  } catch {
    return undefined;
  }
}

function ignore(code: string): (error: unknown) => void {
  return (error) => {
    if (codeOf(error) !== code) throw error;
  };
}

/** Seconds since 2025, which stay below nine digits until 2056: more than any group had generations since its beginning. */
function clock(): number {
  return Math.max(1, Math.floor((Date.now() - Date.UTC(2025, 0, 1)) / 1000));
}
