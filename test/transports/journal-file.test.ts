import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { HubError } from '../../src/core/errors.js';
import { RECORD } from '../../src/core/star/record.js';
import { Records } from '../../src/core/star/records.js';
import { soundPart } from '../../src/core/star/sound-part.js';
import { systemDisk } from '../../src/transports/socket/disk.js';
import type { Disk } from '../../src/transports/socket/disk.js';
import { JournalFile } from '../../src/transports/socket/journal-file.js';
import type { JournalPlan } from '../../src/transports/socket/journal-file.js';
import { meetingPlace } from '../support/meeting-place.js';

function record(text: string): Uint8Array {
  const records = new Records();
  records.decree(1, text);
  return records.bytes.slice();
}

describe('A journal in a file', () => {
  const place = meetingPlace();
  const open: JournalFile[] = [];
  let next: string;

  beforeEach(() => {
    mkdirSync(place.path);
    next = join(place.path, 'next');
    mkdirSync(next);
  });
  afterEach(() => open.splice(0).forEach((journal) => journal.close()));

  const begin = (plan: Partial<JournalPlan> = {}, disk: Partial<Disk> = {}): JournalFile => {
    const whole = { from: undefined, afterCrash: false, draft: place.path, folder: place.path, durability: 'process', ...plan } as const;
    const journal = JournalFile.begin(whole, { ...systemDisk, ...disk });
    open.push(journal);
    return journal;
  };
  /** Without what only the next one to read it needs to know. */
  const written = (folder = place.path): Buffer => Buffer.from(soundPart(readFileSync(join(folder, 'journal')), 'journal', false));
  const full = (): never => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };

  it('is for this user alone, and holds what was written when `append` returns', () => {
    const journal = begin();

    journal.append(record('one'));

    expect(written()).to.deep.equal(Buffer.from(record('one')));
    expect(statSync(join(place.path, 'journal')).mode & 0o777).to.equal(0o600);
  });

  it('begins with all that the predecessor has left, whose file is not touched', () => {
    begin().append(record('one'));

    const journal = begin({ from: place.path, draft: next, folder: next });
    journal.append(record('two'));

    expect(Buffer.from(journal.past())).to.deep.equal(Buffer.from(record('one')));
    expect(written(next)).to.deep.equal(Buffer.concat([record('one'), record('two')]));
    expect(written()).to.deep.equal(Buffer.from(record('one')));
  });

  it('begins with nothing after a predecessor that kept none', () => {
    expect(begin({ from: next }).past()).to.have.length(0);
  });

  it('leaves out the end that was cut', () => {
    const journal = begin();
    journal.append(record('one'));
    journal.append(record('two'));
    truncateSync(join(place.path, 'journal'), statSync(join(place.path, 'journal')).size - 1);

    expect(Buffer.from(begin({ from: place.path, draft: next, folder: next }).past())).to.deep.equal(Buffer.from(record('one')));
  });

  it('is refused when it is damaged in the middle, except where the machine has gone down', () => {
    const bytes = Buffer.concat([record('one'), record('two'), record('three')]);
    bytes[record('one').length + 26] = 0;
    writeFileSync(join(place.path, 'journal'), bytes);
    const plan = { from: place.path, draft: next, folder: next };

    expect(() => begin(plan)).to.throw(HubError).with.property('code', 'JOURNAL');
    expect(Buffer.from(begin({ ...plan, afterCrash: true }).past())).to.deep.equal(Buffer.from(record('one')));
  });

  it('writes on where a write was short', () => {
    const journal = begin({}, { write: (file, bytes, from, position) => systemDisk.write(file, bytes.subarray(0, from + 7), from, position) });

    journal.append(record('one'));

    expect(written()).to.deep.equal(Buffer.from(record('one')));
  });

  it('takes back what it could write of a batch that failed, and goes on when there is room', () => {
    let room = Infinity;
    const write: Disk['write'] = (file, bytes, from, position) => {
      if (room === 0) return full();
      const size = Math.min(room, bytes.length - from);
      room -= size;
      return systemDisk.write(file, bytes.subarray(0, from + size), from, position);
    };
    const journal = begin({}, { write });
    journal.append(record('one'));

    room = 10;
    expect(() => journal.append(record('lost'))).to.throw('ENOSPC');
    const after = written();
    room = Infinity;
    journal.append(record('two'));

    expect(after).to.deep.equal(Buffer.from(record('one')));
    expect(written()).to.deep.equal(Buffer.concat([record('one'), record('two')]));
  });

  it('writes nothing behind what it could not take back', () => {
    let fails = false;
    const journal = begin({}, {
      write: (...args) => (fails ? full() : systemDisk.write(...args)),
      truncate: (...args) => (fails ? full() : systemDisk.truncate(...args)),
    });
    journal.append(record('one'));
    fails = true;
    expect(() => journal.append(record('lost'))).to.throw('ENOSPC');
    expect(() => journal.append(record('lost too'))).to.throw('ENOSPC');
    fails = false;

    journal.append(record('two'));

    expect(written()).to.deep.equal(Buffer.concat([record('one'), record('two')]));
  });

  it('is flushed to the disk when that is what was asked for, and only then', async () => {
    const flushed: string[] = [];
    const flush: Disk['flush'] = async () => void flushed.push('flush');
    const flushPath: Disk['flushPath'] = (path) => void flushed.push(relative(place.parent, path));
    const journal = begin({ durability: 'disk' }, { flush, flushPath, flushNow: () => flushed.push('now') });

    for (const text of ['one', 'two']) {
      journal.append(record(text));
      await journal.sync?.();
    }
    const draft = journal.draft();
    draft.write(record('snapshot'));
    await journal.sync?.();
    draft.publish();
    await journal.sync?.();

    const names = ['hub/owner', 'hub', 'current', ''];
    expect(flushed).to.deep.equal(['now', 'flush', ...names, 'flush', 'flush', 'flush', 'flush', ...names]);
    expect(begin({ draft: next, folder: next }).sync).to.equal(undefined);
  });

  it('flushes what leads to it before it has written anything: what it began with is counted on', () => {
    const flushed: string[] = [];
    const flushPath: Disk['flushPath'] = (path) => void flushed.push(relative(place.parent, path));

    begin({ draft: next, folder: next }, { flushPath }).published();
    begin({ durability: 'disk' }, { flushPath }).published();

    expect(flushed).to.deep.equal(['hub/owner', 'hub', 'current', '']);
  });

  it('takes back what could not be flushed', async () => {
    let fails = false;
    const journal = begin({ durability: 'disk' }, { flush: async () => (fails ? full() : undefined) });
    journal.append(record('one'));
    await journal.sync?.();
    journal.append(record('lost'));
    fails = true;

    const error = await journal.sync?.().catch((failure: Error) => failure.message);

    expect(error).to.match(/ENOSPC/);
    expect(written()).to.deep.equal(Buffer.from(record('one')));
  });

  describe('says how long ago the predecessor wrote', () => {
    let uptime: number;
    const clock = { uptime: () => uptime };
    const age = (plan: Partial<JournalPlan> = {}): number => begin({ from: place.path, draft: next, folder: next, ...plan }, clock).age;
    /** As the system's clock has it, so many seconds ago. */
    const date = (seconds: number): void => {
      const then = Date.now() / 1_000 - seconds;
      utimesSync(join(place.path, 'journal'), then, then);
    };

    beforeEach(() => {
      uptime = 5_000_000;
      begin({}, clock).append(record('one'));
    });

    it('by the clock of the system, which knows it best', () => {
      uptime += 60_000;
      date(59.5);

      expect(age()).to.be.within(59_400, 59_500);
    });

    it('but for a second by one that nobody sets, where that was set forth or back', () => {
      uptime += 60_000;

      for (const seconds of [3_600, -3_600, 61, 58]) {
        date(seconds);
        expect(age(), `${seconds} s`).to.equal(59_000);
      }
    });

    it('of all that was written, and not only of what came before the last stamp', () => {
      const journal = begin({}, clock);
      for (let i = 0; i < 100; i++) {
        uptime += 300;
        journal.append(record('more'));
      }
      date(3_600);

      expect(age()).to.equal(0);
      uptime += 10_000;
      expect(age()).to.be.within(9_000, 10_000);
    });

    it('and through a broker that has written nothing', () => {
      uptime += 60_000;
      date(60);
      begin({ from: place.path, draft: next, folder: next }, clock);

      uptime += 1_000;
      expect(begin({ from: next }, clock).age).to.be.within(59_900, 61_000);
    });

    it('and when it was written anew', () => {
      const journal = begin({}, clock);
      uptime += 100_000;
      const draft = journal.draft();
      draft.write(record('snapshot'));
      draft.publish();
      date(3_600);

      uptime += 60_000;
      expect(age()).to.equal(59_000);
    });

    it('by the clock of the system alone, where the machine has gone down since', () => {
      uptime = 1_000;
      date(60);
      expect(age({ afterCrash: true })).to.be.within(59_900, 60_000);
      date(-60);
      expect(age({ afterCrash: true })).to.equal(0);
      expect(begin().age).to.equal(0);
    });
  });

  it('is replaced whole, or not at all', () => {
    let fails = true;
    const journal = begin({}, { rename: (from, to) => (fails ? full() : systemDisk.rename(from, to)) });
    journal.append(record('one'));
    const first = journal.draft();
    first.write(record('snapshot'));
    expect(() => first.publish()).to.throw('ENOSPC');
    journal.append(record('two'));
    const before = written();
    fails = false;

    const second = journal.draft();
    second.write(record('snapshot'));
    second.publish();
    journal.append(record('three'));

    expect(before).to.deep.equal(Buffer.concat([record('one'), record('two')]));
    expect(written()).to.deep.equal(Buffer.concat([record('snapshot'), record('three')]));
    expect(readdirSync(place.path).sort()).to.deep.equal(['journal', 'next']);
  });

  it('has all that was appended while it was written anew, before that and after', () => {
    const journal = begin();
    journal.append(record('one'));

    const draft = journal.draft();
    draft.write(record('part'));
    journal.append(record('two'));
    draft.write(record('snapshot'));
    journal.append(record('three'));
    const before = written();
    draft.publish();

    expect(before).to.deep.equal(Buffer.concat([record('one'), record('two'), record('three')]));
    expect(written()).to.deep.equal(Buffer.concat(['part', 'two', 'snapshot', 'three'].map(record)));
  });

  it('stays as it is when what takes its place could not have all of it', () => {
    let room = Infinity;
    const write: Disk['write'] = (...args) => (room-- > 0 ? systemDisk.write(...args) : full());
    const journal = begin({}, { write });
    journal.append(record('one'));
    const draft = journal.draft();
    draft.write(record('part'));

    room = 1;
    journal.append(record('two'));
    room = Infinity;

    expect(() => draft.write(record('snapshot'))).to.throw('ENOSPC');
    expect(() => draft.publish()).to.throw('ENOSPC');
    expect(written()).to.deep.equal(Buffer.concat([record('one'), record('two')]));
    expect(readdirSync(place.path).sort()).to.deep.equal(['journal', 'next']);
  });

  it('is not replaced by what holds something that was taken back', async () => {
    let fails = false;
    const journal = begin({ durability: 'disk' }, { flush: async () => (fails ? full() : undefined) });
    const draft = journal.draft();
    draft.write(record('part'));
    journal.append(record('lost'));
    fails = true;
    await journal.sync?.().catch(() => undefined);

    expect(() => draft.publish()).to.throw('ENOSPC');
    expect(written()).to.have.length(0);
  });

  it('leaves nothing of what was begun when it is closed', () => {
    const journal = begin();
    journal.draft().write(record('part'));

    journal.close();

    expect(readdirSync(place.path).sort()).to.deep.equal(['journal', 'next']);
  });

  it('begins with nothing after a crash of the machine that has cut a snapshot', () => {
    const records = new Records();
    records.rest(RECORD.part, 1, new Uint8Array([0]));
    writeFileSync(join(place.path, 'journal'), Buffer.concat([records.bytes, record('one')]));

    expect(begin({ from: place.path, draft: next, folder: next, afterCrash: true }).past()).to.have.length(0);
  });
});
