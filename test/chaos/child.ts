/**
 * A process of the chaos: it locks, counts, writes and asks as fast as it can, and writes down what it is told. It does as it
 * is told on its standard input: `busy MS`, `exit`, `close`.
 */
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { createHub } from '../../src/index.js';
import type { SocketOptions } from '../../src/index.js';
import { Recording } from '../support/recording.js';
import { WitnessBook } from './witness.js';

export interface Task {
  readonly path: string;
  readonly name: string;
  readonly durability: NonNullable<SocketOptions['durability']>;
  /** How many more files it can have open than it has at the beginning. */
  readonly files?: number;
  /** Where it writes down whom it saw holding, and what it was answered. */
  readonly witness: string;
  readonly history: string;
}

const { path, name, durability, files, witness, history } = JSON.parse(process.argv[2] ?? '') as Task;
const book = new WitnessBook(witness, name);
const record = new Recording(history, name);
const hub = createHub({ transport: 'socket', path, name, durability, timeout: 5_000, onError: (error) => book.failed('onError', error) });
let isClosing = false;

process.on('uncaughtException', (error) => {
  book.failed('uncaught', error);
  process.exit(1);
});

createInterface({ input: process.stdin }).on('line', (line) => {
  const [order, time] = line.split(' ');
  if (order === 'busy') busy(Number(time));
  else if (order === 'close') isClosing = true;
  else if (order === 'exit') {
    book.kills(name);
    process.exit(0);
  }
});

await hub.ready();
process.stdout.write('seated\n');
if (files !== undefined) leaveOpen(files);
hub.handle('echo', (value) => value);
hub.on('news', () => undefined);
const map = hub.state<number>('counters');
await Promise.all([repeat(hold), repeat(hold), repeat(count), repeat(look), repeat(ask)]);
await hub.close();
process.stdin.destroy();

async function repeat(act: () => Promise<void>): Promise<void> {
  while (!isClosing) {
    await act().catch(() => undefined);
    await pause(Math.random() * 4);
  }
}

async function hold(): Promise<void> {
  const key = `key-${Math.floor(Math.random() * 2)}`;
  const timeout = Math.random() < 0.1 ? Math.random() * 20 : 10_000;
  const lock = await hub.lock(key, { timeout });
  book.enters(key, lock.token);
  await pause(Math.random() * 3);
  // Of a lock that was lost this process may hear late; it is over when it does.
  book.leaves(key, lock.token, lock.signal.aborted);
  await lock.release();
}

async function count(): Promise<void> {
  await record.during({ type: 'add', key: 'n', amount: 1 }, () => map.add('n', 1));
}

async function look(): Promise<void> {
  await record.during({ type: 'read', key: 'n' }, async () => (await map.get('n')) ?? 0);
}

async function ask(): Promise<void> {
  hub.broadcast('news', name);
  const value = Math.random();
  const answer = await hub.request('echo', value, { timeout: 2_000 });
  if (answer !== value) book.failed('echo', new Error(`${value} came back as ${String(answer)}`));
}

/** All others are taken. */
function leaveOpen(count: number): void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    for (const file of taken.slice(-count)) closeSync(file);
  }
}

function busy(time: number): void {
  const until = performance.now() + time;
  while (performance.now() < until);
}
