/** Faults that a group may have by design, each in one line: a seam of its folder that works otherwise, or a step left out. */
import sinon from 'sinon';
import { Ledger } from '../../src/core/ledger/ledger.js';
import type { Snapshot } from '../../src/core/ledger/ledger.js';
import { Commands } from '../../src/core/star/commands.js';
import type { Journal } from '../../src/core/star/journal.js';
import { crc32c } from '../../src/core/star/crc32c.js';
import { KeptOutcomes } from '../../src/core/star/kept-outcomes.js';
import { eachRecord } from '../../src/core/star/record.js';
import { Unpacking } from '../../src/core/star/inventory.js';
import { Order } from '../../src/core/star/order.js';
import { Renewal } from '../../src/core/star/renewal.js';
import { Return } from '../../src/core/star/return.js';
import { JournalDraft } from '../../src/transports/socket/journal-draft.js';
import { JournalFile } from '../../src/transports/socket/journal-file.js';
import type { Disk } from '../../src/transports/socket/disk.js';
import type { Seams } from './folder.js';
import type { SimProcess } from './world.js';

export interface Mutation {
  readonly seams?: Partial<Seams>;
  /** By sinon, whose `restore` mends it. */
  readonly breaks?: () => void;
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  // the journal
  'no journal': { seams: { inherits: false } },
  'an answer before the write': { seams: { journal: late } },
  'a torn tail taken for whole': { seams: { disk: (disk) => ({ ...disk, read: (path) => mended(disk.read(path)) }) } },
  'a failed write that is not cut off': { seams: { disk: (disk) => ({ ...disk, truncate() {} }) } },
  'a disk that is not flushed': { seams: { durability: 'disk', disk: (disk) => ({ ...disk, flush: async () => {}, flushNow() {} }) } },
  'a name that is not flushed': { seams: { durability: 'disk', disk: (disk) => ({ ...disk, flushPath() {} }) } },
  'an answer before the flush': { seams: { durability: 'disk' }, breaks: () => void sinon.stub(JournalFile.prototype, 'sync').get(() => undefined) },
  'a generation whose name is not flushed': { seams: { durability: 'disk' }, breaks: () => void sinon.stub(JournalFile.prototype, 'published') },
  'a snapshot without the outcomes': { seams: { durability: 'process' }, breaks: () => void sinon.stub(KeptOutcomes.prototype, 'snapshot').returns([]) },
  'a snapshot that forgets the order of lines': { breaks: () => snapshots((all) => ({ ...all, tickets: [...all.tickets].reverse() })) },
  'a snapshot that runs ahead of the time': { breaks: () => snapshots((all) => ({ ...all, now: (all.now ?? 0) + 1_000 })) },
  'numbers that are given again': { breaks: () => snapshots((all) => ({ ...all, members: { ...all.members, last: 0 } })) },
  'seqs that begin anew': { breaks: () => snapshots((all) => ({ ...all, seq: 0 })) },
  'a journal written anew without what came meanwhile': { breaks: () => void sinon.stub(JournalDraft.prototype, 'append') },
  'a journal replaced before its snapshot is whole': { breaks: () => void sinon.stub(Renewal.prototype, 'isWhole').get(() => true) },
  'a snapshot without its entries': { breaks: () => void sinon.stub(Unpacking.prototype, 'entries') },
  // proofs of death
  'a holder taken for dead on doubt': { seams: { isDead: () => true } },
  'a holder taken for dead when a time is over': { seams: { isDead: (process) => !process.isAlive || process.world.now % 200 > 150 } },
  'a dead holder that is waited for': { seams: { isDead: () => false } },
  'one proof for all sessions of a process': { seams: { durability: 'disk', proof: ({ name }) => name } },
  'a session that ends without a note': { seams: { notes: false } },
  'a stopped broker that is succeeded': { seams: { isOver: (broker) => !broker.isAlive || broker.isStopped } },
  'a broker that writes on when it has handed over': { breaks: () => void sinon.stub(Order.prototype, 'close').resolves() },
  'an epoch that is not raised': { seams: { rise: 0 } },
  // coming back
  'a command done again that was done': { breaks: () => void sinon.stub(KeptOutcomes.prototype, 'find').returns(undefined) },
  'outcomes that nobody keeps': { breaks: () => void sinon.stub(KeptOutcomes.prototype, 'keep') },
  'a command that is not asked again': { breaks: () => void sinon.stub(Commands.prototype, 'forEach') },
  'a command that is asked again under another number': { breaks: renumbered },
  'a grant that is not told again': { breaks: () => void sinon.stub(Ledger.prototype, 'grants').returns([]) },
  'one who is never asked after again': { breaks: () => void sinon.stub(Return.prototype, 'begin').resolves() },
  'a member that is not awaited': { breaks: () => void sinon.stub(Return.prototype, 'awaits').returns(false) },
  'a watch that is not told the whole': { breaks: () => void sinon.stub(Ledger.prototype, 'whole').callsFake((map) => ({ type: 'map.whole', map, version: 0, entries: [] })) },
};

/** Written a little later than it says. */
function late(journal: Journal, process: SimProcess): Journal {
  const waiting: Uint8Array[] = [];
  const write = (): void => {
    try {
      for (const bytes of waiting.splice(0)) journal.append(bytes);
    } catch {
      // Nobody asks any more.
    }
  };
  return {
    past: () => journal.past(),
    draft: () => journal.draft(),
    append(records) {
      waiting.push(Uint8Array.from(records));
      process.world.schedule(process, 1, write);
    },
  };
}

/** With what was cut off made to look whole. */
function mended(file: ReturnType<Disk['read']>): ReturnType<Disk['read']> {
  if (file === undefined) return undefined;
  const { bytes, written } = file;
  const sound = eachRecord(bytes);
  const torn = Uint8Array.from(bytes.subarray(sound));
  if (torn.length <= PRELUDE) return file;
  const view = new DataView(torn.buffer);
  view.setUint32(0, torn.length - COVERED, true);
  view.setUint32(4, crc32c(view, COVERED, torn.length), true);
  return { bytes: Buffer.concat([bytes.subarray(0, sound), torn]), written };
}

/** What stands before the body of a record, and before what its checksum covers. */
const PRELUDE = 24;
const COVERED = 8;

function snapshots(change: (snapshot: Snapshot) => Snapshot): void {
  const { capture } = Ledger.prototype;
  sinon.replace(Ledger.prototype, 'capture', function (this: Ledger) {
    return change(capture.call(this));
  });
}

function renumbered(): void {
  const { forEach } = Commands.prototype;
  sinon.replace(Commands.prototype, 'forEach', function (this: Commands, visit) {
    forEach.call(this, (number, command, isQuiet) => visit(number + 1_000, command, isQuiet));
  });
}
