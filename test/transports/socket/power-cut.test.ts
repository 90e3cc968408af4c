import { expect } from 'chai';
import fc from 'fast-check';
import { basename } from 'node:path';
import { HubError } from '../../../src/core/errors.js';
import { bodyText, eachRecord } from '../../../src/core/star/record.js';
import { Records } from '../../../src/core/star/records.js';
import { JournalFile } from '../../../src/transports/socket/journal-file.js';
import type { Durability } from '../../../src/transports/socket/journal-file.js';
import { FolderRendezvous } from '../../../src/transports/socket/folder-rendezvous.js';
import { system } from '../../../src/transports/socket/steps.js';
import type { Steps } from '../../../src/transports/socket/steps.js';
import { meetingPlace } from '../../support/meeting-place.js';
import { PAGE, UnpluggedDisk } from '../../support/unplugged-disk.js';

type Kept = Exclude<Durability, 'none'>;

/** What a broker does between two power cuts, and which pages the disk has after the last of it. */
interface Life {
  readonly durability: Kept;
  readonly acts: readonly Act[];
  readonly luck: readonly boolean[];
}

/** A batch is flushed, or the last thing that is written. `snapshot`: the journal is written anew around it. */
interface Act {
  readonly batch: readonly number[];
  readonly snapshot: number | undefined;
}

const size = fc.oneof(fc.nat(60), fc.nat(3 * PAGE));
const act: fc.Arbitrary<Act> = fc.record({ batch: fc.array(size, { minLength: 1, maxLength: 4 }), snapshot: fc.option(size, { freq: 4, nil: undefined }) });
const livesWith = (...durabilities: readonly Kept[]): fc.Arbitrary<readonly Life[]> =>
  fc.array(
    fc.record({
      durability: fc.constantFrom(...durabilities),
      acts: fc.array(act, { maxLength: 5 }),
      luck: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
    }),
    { minLength: 1, maxLength: 4 },
  );

/** A group's folder through its brokers, each of which ends in a power cut in the middle of its last write. */
class Folder {
  readonly disk = new UnpluggedDisk();
  /** What somebody may have been told of: the journal begins with one of these. */
  #told: readonly (readonly string[])[] = [[]];
  #generation = 0;
  #texts = 0;

  get path(): string {
    return `/g${this.#generation}`;
  }

  /** What the next broker is to begin with. */
  begin(durability: Kept): { readonly journal: JournalFile; readonly past: string[] } {
    const from = this.#generation === 0 ? undefined : this.path;
    this.#generation += 1;
    const journal = JournalFile.begin({ from, afterCrash: true, draft: this.path, folder: this.path, durability }, this.disk);
    journal.published();
    return { journal, past: read(journal.past()) };
  }

  async live({ durability, acts, luck }: Life): Promise<void> {
    const { journal, past } = this.begin(durability);
    this.expectTold(past);
    let told: readonly string[] = past;
    this.#told = [told];
    for (const [i, act] of acts.entries()) {
      const batch = act.batch.map((size) => this.#text(size));
      const snapshot = act.snapshot === undefined ? undefined : this.#text(act.snapshot);
      const draft = snapshot === undefined ? undefined : journal.draft();
      if (snapshot !== undefined) draft?.write(records([snapshot]));
      journal.append(records(batch));
      if (i === acts.length - 1 && act.batch.length % 2 === 0) break;
      await journal.sync?.();
      told = [...told, ...batch];
      this.#told = [told];
      if (snapshot === undefined) continue;
      draft?.publish();
      this.#told = [told, [snapshot, ...batch]];
      if (i === acts.length - 1) break;
      await journal.sync?.();
      told = [snapshot, ...batch];
      this.#told = [told];
    }
    if (durability === 'process') this.#told = [[]];
    const left = [...luck];
    this.disk.cutPower(() => left.shift() ?? false);
  }

  #text(size: number): string {
    this.#texts += 1;
    return `${this.#texts} ${'x'.repeat(size)}`;
  }

  expectTold(past: readonly string[]): void {
    const isTold = this.#told.some((told) => told.every((text, i) => past[i] === text));
    expect(isTold, `${this.#told.map((told) => told.length).join(' or ')} were told, of which ${past.length} are there`).to.equal(true);
  }
}

function records(texts: readonly string[]): Uint8Array {
  const records = new Records();
  for (const text of texts) records.decree(1, text);
  return records.bytes.slice();
}

function read(bytes: Uint8Array): string[] {
  const texts: string[] = [];
  eachRecord(bytes, (record) => texts.push(bodyText(record)));
  return texts;
}

describe('After a power cut', () => {
  const place = meetingPlace();

  it('nothing is empty that leads to a generation', async () => {
    const flushed = new Set<string>();
    const named: [string, boolean][] = [];
    const name = (from: string, to: string): number => named.push([basename(to), flushed.has(from)]);
    const steps: Steps = {
      ...system,
      writeThrough: (path, text) => system.writeThrough(path, text).then(() => void flushed.add(path)),
      link: (from, to) => (name(from, to), system.link(from, to)),
      rename: (from, to) => (name(from, to), system.rename(from, to)),
    };

    const meeting = await new FolderRendezvous({ path: place.path, broker: 'auto' }, steps).meet(new AbortController().signal);
    if (meeting.role === 'authority') await meeting.close();

    expect(named.filter(([name]) => name === 'current')).to.deep.equal([['current', true], ['current', true]]);
  });

  it('a group that waits for flushes begins again, with all that was told', async () => {
    await fc.assert(
      fc.asyncProperty(livesWith('disk'), async (lives) => {
        const folder = new Folder();
        for (const life of lives) await folder.live(life);

        folder.expectTold(folder.begin('disk').past);
      }),
      { numRuns: 500 },
    );
  });

  it('a group begins again, whatever it waited for before', async () => {
    await fc.assert(
      fc.asyncProperty(livesWith('disk', 'process'), async (lives) => {
        const folder = new Folder();
        for (const life of lives) await folder.live(life);

        expect(() => folder.begin('process')).not.to.throw();
      }),
      { numRuns: 500 },
    );
  });

  it('damage of what had been flushed before is told, with its file and place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2 * PAGE), { minLength: 1, maxLength: 3 }), fc.nat(), fc.infiniteStream(fc.boolean()), async (sizes, where, luck) => {
        const folder = new Folder();
        const { journal } = folder.begin('disk');
        for (const size of sizes) {
          journal.append(records(['x'.repeat(size)]));
          await journal.sync?.();
        }
        journal.append(records(['after it']));
        folder.disk.flushPath();
        const path = `${folder.path}/journal`;
        const flushed = (folder.disk.read(path)?.bytes.length ?? 0) - records(['after it']).length - 24;
        await journal.sync?.();
        folder.disk.cutPower(() => luck.next().value ?? false);

        const bit = where % (flushed * 8);
        folder.disk.damage(path, bit);

        expect(() => folder.begin('disk')).to.throw(HubError, new RegExp(`${path} is damaged: what lies from byte \\d+ to \\d+ cannot`)).with.property('code', 'JOURNAL');
      }),
      { numRuns: 300 },
    );
  });
});
