/**
 * One file in which all processes write down when they enter and leave a lock, each line in one piece: it is there though
 * its process is killed in the next moment. Whoever was killed has left when it was killed.
 */
import { openSync, readFileSync, writeSync } from 'node:fs';

type Line = { readonly by: string; readonly at: number } & (
  | { readonly type: 'enters'; readonly key: string; readonly token: number }
  | { readonly type: 'leaves'; readonly key: string; readonly token: number; readonly isLost: boolean }
  | { readonly type: 'killed' }
  /** The folder was removed: for a while there may be a group that does not know yet that it has ended. */
  | { readonly type: 'removed' }
  | { readonly type: 'failed'; readonly what: string }
);

export class WitnessBook {
  readonly #file: number;
  readonly #by: string;

  constructor(path: string, by: string) {
    this.#file = openSync(path, 'a');
    this.#by = by;
  }

  enters(key: string, token: number): void {
    this.#write({ by: this.#by, at: now(), type: 'enters', key, token });
  }

  leaves(key: string, token: number, isLost: boolean): void {
    this.#write({ by: this.#by, at: now(), type: 'leaves', key, token, isLost });
  }

  /** Whoever it is holds nothing any more. */
  kills(by: string): void {
    this.#write({ by, at: now(), type: 'killed' });
  }

  removes(): void {
    this.#write({ by: this.#by, at: now(), type: 'removed' });
  }

  failed(what: string, error: unknown): void {
    this.#write({ by: this.#by, at: now(), type: 'failed', what: `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` });
  }

  #write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

export interface Testimony {
  readonly grants: number;
  readonly findings: readonly string[];
}

interface Stay {
  readonly by: string;
  readonly token: number;
  readonly from: number;
  to: number;
}

/** So long a broker may need to see that its folder is gone, in ns. */
const DEPOSING = 3e9;

export function judge(path: string): Testimony {
  const lines = readFileSync(path, 'utf8').split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text) as Line]));
  const findings: string[] = [];
  const removals = lines.flatMap(({ type, at }) => (type === 'removed' ? [at] : []));
  const stays = new Map<string, Stay[]>();
  // It is written down right before the signal is sent, and whoever is to die may still enter.
  const killed = new Set<string>();
  for (const line of lines) {
    if (line.type === 'enters') {
      const { by, key, token, at } = line;
      const all = stays.get(key) ?? [];
      stays.set(key, all);
      all.push({ by, token, from: at, to: killed.has(by) ? at : Infinity });
    } else if (line.type === 'leaves') {
      const stay = stays.get(line.key)?.find(({ by, token }) => by === line.by && token === line.token);
      if (stay !== undefined) stay.to = Math.min(stay.to, line.at);
    } else if (line.type === 'killed') {
      killed.add(line.by);
      for (const stay of [...stays.values()].flat()) if (stay.by === line.by) stay.to = Math.min(stay.to, line.at);
    } else if (line.type === 'failed') findings.push(`${line.by}: ${line.what}`);
  }
  for (const [key, all] of stays) {
    const inOrder = all.sort((one, other) => one.from - other.from);
    inOrder.forEach((stay, i) => {
      const before = inOrder[i - 1];
      if (before === undefined || removals.some((at) => stay.from > at && stay.from < at + DEPOSING)) return;
      const isOfAnotherGroup = removals.some((at) => before.from < at + DEPOSING && stay.from > at);
      if (stay.from < before.to && !isOfAnotherGroup) findings.push(`${key}: ${stay.by} entered by ${stay.token} while ${before.by} was in it by ${before.token}`);
      if (stay.token <= before.token) findings.push(`${key}: ${stay.by} entered by ${stay.token} after ${before.by} by ${before.token}`);
    });
  }
  return { grants: [...stays.values()].flat().length, findings };
}

function now(): number {
  return Number(process.hrtime.bigint());
}
