/**
 * What several processes called, and what they were answered, in one file: each line is written before the call, or after
 * the answer, in one piece, so that it is there even when its process is killed in the next moment. All processes of a
 * host read the same clock.
 */
import { openSync, readFileSync, writeSync } from 'node:fs';
import type { Operation } from './linearizability.js';

export class Recording {
  readonly #by: string;
  readonly #file: number;
  #calls = 0;

  constructor(path: string, by: string) {
    this.#by = by;
    this.#file = openSync(path, 'a');
  }

  /** In nanoseconds, as whatever is written here. */
  readonly now = now;

  /**
   * Returns what is to be called with the answer. Never called, the outcome is not known. `at`: when it may have been
   * called, if that was earlier.
   */
  call(input: unknown, at = now()): (output: unknown) => void {
    this.#calls += 1;
    const call = this.#calls;
    this.#write({ by: this.#by, call, at, input });
    return (output) => this.#write({ by: this.#by, call, at: now(), output });
  }

  /** The answer is what `run` resolves to; when it rejects, the outcome is not known. Resolves to that answer. */
  async during<O>(input: unknown, run: () => Promise<O>): Promise<O | undefined> {
    const answered = this.call(input);
    try {
      const output = await run();
      answered(output);
      return output;
    } catch {
      return undefined;
    }
  }

  #write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** In the order of the calls in the file. */
export function readHistory<I, O>(path: string): readonly Operation<I, O>[] {
  const operations = new Map<string, Operation<I, O>>();
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    if (text === '') continue;
    const line = JSON.parse(text) as Line;
    const name = `${line.by} ${line.call}`;
    const operation = operations.get(name);
    if ('input' in line) operations.set(name, { by: line.by, input: line.input as I, called: line.at });
    else if (operation !== undefined) operations.set(name, { ...operation, answer: { at: line.at, output: line.output as O } });
  }
  return [...operations.values()];
}

type Line = { readonly by: string; readonly call: number; readonly at: number } & ({ readonly input: unknown } | { readonly output: unknown });

function now(): number {
  return Number(process.hrtime.bigint());
}
