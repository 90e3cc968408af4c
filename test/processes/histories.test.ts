/**
 * What real processes were answered, on the clock that they share, must have an order that explains it: with locks, permits,
 * entries and counters, while members and brokers are killed and stopped in the middle of it.
 */
import { expect } from 'chai';
import { join } from 'node:path';
import { counter } from '../histories/counter.js';
import type { CounterInput, CounterOutput } from '../histories/counter.js';
import { line, withTokens } from '../histories/line.js';
import type { LineInput, LineOutput } from '../histories/line.js';
import { register } from '../histories/register.js';
import type { RegisterInput, RegisterOutput } from '../histories/register.js';
import { work } from '../histories/work.js';
import { startCluster } from '../support/cluster-fixture.js';
import type { Fixture } from '../support/fixture.js';
import { gathering } from '../support/gathering.js';
import { byKey, expectLinearizable } from '../support/linearizability.js';
import type { Operation } from '../support/linearizability.js';
import type { Peer } from '../support/peer.js';
import { Recording, readHistory } from '../support/recording.js';
import { RemotePeer } from '../support/remote-peer.js';
import { startSocket } from '../support/socket-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const TRANSPORTS: Readonly<Record<string, () => Fixture | Promise<Fixture>>> = { cluster: () => startCluster(), socket: () => startSocket() };

for (const [name, start] of Object.entries(TRANSPORTS)) {
  describe(`A history over ${name} has an order that explains it`, () => {
    const folder = temporaryFolder();
    const here = gathering(start, 'first', 'bob', 'cid');
    let path: string;

    beforeEach(() => {
      path = join(folder.path, `${Math.random()}`);
    });

    /** How many calls it makes before it is done. */
    const works = (peer: Peer, rounds: number): Promise<number> => peer.run(work, path, peer.name, rounds);

    /** `victim` is in the middle of its work, and the others hear that it has left. */
    const kill = async (victim: Peer): Promise<void> => {
      await victim.run(({ log }) => log('answers').reach(200));
      const left = KEYS.map((key) => new Recording(path, `death of ${victim.name}, ${key}`).call({ type: 'leave', key, member: victim.name }));
      await here.group.kill(victim);
      for (const answered of left) answered({ type: 'left' });
    };

    it('when all is well', async () => {
      await Promise.all([here.first, here.bob, here.cid].map((peer) => works(peer, 250)));

      expect(judge(readHistory(path))).to.be.at.least(3 * 5 * 250);
    });

    it('but not when one of its answers is another', async () => {
      await Promise.all([here.first, here.bob, here.cid].map((peer) => works(peer, 50)));
      const history = readHistory<Input, Output>(path);

      for (const [lie, changed] of Object.entries(LIES)) {
        const lies = history.flatMap(({ input, answer }, index) => {
          const output = answer === undefined ? undefined : changed(input, answer.output);
          return answer === undefined || output === undefined ? [] : [{ index, answer: { at: answer.at, output } }];
        });
        const told = lies[Math.floor(lies.length / 2)];
        if (told === undefined) throw new Error(`There is no place for the lie that ${lie}.`);

        expect(() => judge(history.map((operation, index) => (index === told.index ? { ...operation, answer: told.answer } : operation))), lie).to.throw();
      }
    });

    it('when members are killed', async () => {
      const doomed = [await here.group.join('doomed-1'), await here.group.join('doomed-2')];
      for (const each of doomed) works(each, 1_000_000).catch(() => 'it dies');
      const working = [here.first, here.bob, here.cid].map((peer) => works(peer, 250));

      for (const each of doomed) await kill(each);
      await Promise.all(working);

      expect(judge(readHistory(path))).to.be.at.least(3 * 5 * 250);
    });

    it('when a member is stopped, and goes on', async () => {
      const working = [here.first, here.bob, here.cid].map((peer) => works(peer, 250));
      if (!(here.cid instanceof RemotePeer)) throw new TypeError('Only another process can be stopped.');
      await here.cid.run(({ log }) => log('answers').reach(100));

      here.cid.process.signal('SIGSTOP');
      await here.bob.run(({ hub }) => hub.state('settling').size());
      here.cid.process.signal('SIGCONT');
      await Promise.all(working);

      expect(judge(readHistory(path))).to.be.at.least(3 * 5 * 250);
    });

    if (name !== 'socket') return;

    it('when the broker is killed', async () => {
      works(here.first, 1_000_000).catch(() => 'it dies');
      const working = [here.bob, here.cid].map((peer) => works(peer, 250));

      await kill(here.first);
      await Promise.all(working);

      expect(judge(readHistory(path))).to.be.at.least(2 * 5 * 250);
    });

    it('when one broker after the other is killed', async () => {
      const last = await here.group.join('last');
      works(here.first, 1_000_000).catch(() => 'it dies');
      works(here.cid, 1_000_000).catch(() => 'it dies');
      const working = [here.bob, last].map((peer) => works(peer, 400));

      await kill(here.first);
      await kill(here.cid);
      await Promise.all(working);

      expect(judge(readHistory(path))).to.be.at.least(2 * 5 * 400);
    });

    it('when the broker is stopped, and goes on', async () => {
      const working = [here.first, here.bob, here.cid].map((peer) => works(peer, 250));
      if (!(here.first instanceof RemotePeer)) throw new TypeError('Only another process can be stopped.');
      await here.first.run(({ log }) => log('answers').reach(100));

      here.first.process.signal('SIGSTOP');
      setTimeout(() => (here.first as RemotePeer).process.signal('SIGCONT'), 200);
      await Promise.all(working);

      expect(judge(readHistory(path))).to.be.at.least(3 * 5 * 250);
    });
  });
}

/** Those of locks and permits: a dead member leaves them all. */
const KEYS = ['lock.a', 'lock.b', 'permits'];

type Input = LineInput | RegisterInput | CounterInput;
type Output = LineOutput | RegisterOutput | CounterOutput;

/** One wrong answer, in words, and how to make it of a right one, if that can be. */
const LIES: Readonly<Record<string, (input: Input, output: Output) => Output | undefined>> = {
  'a lock was held which was not free': ({ type }, output) => (type === 'try' && typeof output !== 'number' && output.type === 'not-held' ? { type: 'held', token: 1 } : undefined),
  'a token was lower than those before': (_input, output) => (typeof output !== 'number' && output.type === 'held' ? { type: 'held', token: 1 } : undefined),
  'what was held could not be released': (_input, output) => (typeof output !== 'number' && output.type === 'released' && output.released ? { type: 'released', released: false } : undefined),
  'an entry had a version that was never given': (_input, output) => (typeof output !== 'number' && output.type === 'entry' ? { ...output, version: output.version + 0.5 } : undefined),
  'what was to be written was in conflict': ({ type, ...input }, output) =>
    type === 'set' && !('expect' in input) && typeof output !== 'number' && output.type === 'stored' ? { type: 'conflict' } : undefined,
  'something was added to the sum that nobody has added': (_input, output) => (typeof output === 'number' ? output + 0.5 : undefined),
};

/** Returns how many operations there were. */
function judge(history: readonly Operation<Input, Output>[]): number {
  const parts = byKey(history, ({ key }) => key.replace(/\..*/, ''));
  const of = <I extends { readonly key: string }, O>(kind: string): readonly Operation<I, O>[] => (parts.get(kind) ?? []) as unknown as readonly Operation<I, O>[];

  expect([...parts.keys()].sort()).to.deep.equal(['counter', 'entry', 'lock', 'permits']);
  expectLinearizable(line(), withTokens(of<LineInput, LineOutput>('lock')), ({ key }) => key);
  expectLinearizable(line(3), withTokens(of<LineInput, LineOutput>('permits')), ({ key }) => key);
  expectLinearizable(register, of<RegisterInput, RegisterOutput>('entry'), ({ key }) => key);
  expectLinearizable(counter, of<CounterInput, number>('counter'), ({ key }) => key);
  expectRising(history);
  return history.length;
}

/** Tokens and versions are of one order, whatever they are for: what is answered after another's answer is above it. */
function expectRising(history: readonly Operation<unknown, unknown>[]): void {
  const numbered = history.flatMap(({ called, answer }) => {
    const number = numberOf(answer?.output);
    return answer === undefined || number === undefined ? [] : [{ called, at: answer.at, number }];
  });
  const byCall = [...numbered].sort((one, other) => one.called - other.called);
  const byAnswer = [...numbered].sort((one, other) => one.at - other.at);
  let [answered, highest] = [0, 0];
  for (const { called, number } of byCall) {
    for (; (byAnswer[answered]?.at ?? Infinity) < called; answered++) highest = Math.max(highest, byAnswer[answered]?.number ?? 0);
    expect(number).to.be.above(highest);
  }
}

function numberOf(output: unknown): number | undefined {
  const { type, token, version } = (output ?? {}) as { readonly type?: string; readonly token?: number; readonly version?: number };
  if (type === 'held') return token;
  return type === 'stored' ? version : undefined;
}
