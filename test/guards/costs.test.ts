/**
 * No later change makes an operation dearer without being seen. Counted is what does not depend on the machine or on what
 * else it does: memory, promises, writes, packets.
 */
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { Costs } from './measure.js';
import { OPERATIONS } from './operations.js';
import { PLANTS } from './plants.js';
import { KEPT, majorOf, measureApart } from './program.js';
import type { Kept } from './program.js';

/**
 * What each may be. All but the heap is counted exactly; the heap comes out the same from run to run, but a change elsewhere
 * may move what V8 inlines, and with it a few in a hundred.
 */
const CEILINGS: Readonly<Record<keyof Costs, (was: number) => number>> = {
  heap: (was) => was * 1.15,
  buffers: (was) => was * 1.05 + 8,
  bytes: (was) => was * 1.05 + 1,
  promises: aLittle,
  deferred: aLittle,
  timers: aLittle,
  writes: aLittle,
  packets: aLittle,
};

describe('What an operation costs', function () {
  this.timeout(60_000);

  let kept: Kept;
  let now: Kept;

  before(async () => {
    kept = JSON.parse(await readFile(KEPT, 'utf8')) as Kept;
    now = measureApart(Object.keys(OPERATIONS));
  });

  for (const name of Object.keys(OPERATIONS)) {
    it(`is no more than it was: ${name}`, () => {
      expect(excess(name, kept, now)).to.deep.equal([]);
    });
  }

  it('is kept for each operation, and for no other', () => {
    expect(Object.keys(kept.operations)).to.have.members(Object.keys(OPERATIONS));
  });

  describe('shows', () => {
    for (const [plant, figure] of Object.entries<keyof Costs>({
      'a promise that nobody needs': 'promises',
      'one more copy of a value': 'buffers',
      'a listener and what it holds': 'heap',
      'a timer that is never due': 'timers',
      'one more turn to wait for': 'deferred',
    })) {
      it(plant, () => {
        const found = excess('a message', now, measureApart(['a message'], plant));

        expect(PLANTS).to.have.property(plant);
        expect(found.map((words) => words.split(':', 1)[0])).to.include(`a message, ${figure}`);
      });
    }
  });
});

/** One sentence for each figure that has grown: which, what it was, what it is, and what now. */
function excess(name: string, { operations: { [name]: was }, node }: Kept, { operations: { [name]: is } }: Kept): readonly string[] {
  if (was === undefined || is === undefined) return [`${name}: its costs are not known. Run \`npm run costs -- --write\`.`];

  const figures = Object.entries(CEILINGS) as [keyof Costs, (was: number) => number][];
  return figures
    .filter(([figure]) => node === majorOf(process.version) || (figure !== 'heap' && figure !== 'buffers'))
    .filter(([figure, most]) => is[figure] > most(was[figure]))
    .map(([figure, most]) => `${name}, ${figure}: it was ${was[figure]}, and is ${is[figure]}, above ${round(most(was[figure]))}. If that has to be, say why in the commit, and run \`npm run costs -- --write\`.`);
}

function aLittle(was: number): number {
  return was * 1.02 + 0.02;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
