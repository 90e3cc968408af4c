import { expect } from 'chai';
import { gather } from './corpus.js';
import type { Corpus } from './corpus.js';
import { tellBroker, tellMember } from './packets.js';
import type { BrokerReport } from './packets.js';
import { MOST } from './plants.js';

const PACKETS = 50_000;
/** No packet may stop the process for longer than this, in ms; a slow machine has its share in it. */
const STALL = 1_000;

describe('Whatever bytes come over a link', () => {
  let corpus: Corpus;
  const thrown: unknown[] = [];
  const caught = (error: unknown): void => void thrown.push(error);

  before(async () => {
    corpus = await gather();
    process.on('uncaughtException', caught);
    process.on('unhandledRejection', caught);
  });
  after(() => {
    process.off('uncaughtException', caught);
    process.off('unhandledRejection', caught);
  });
  beforeEach(() => thrown.splice(0));

  it(`a broker goes on, and so do its other members: ${PACKETS} packets`, async function () {
    this.timeout(120_000);

    expectUnharmed(await tellBroker(corpus, PACKETS, false));
  });

  it(`a broker that writes a journal goes on too: ${PACKETS} packets`, async function () {
    this.timeout(120_000);

    expectUnharmed(await tellBroker(corpus, PACKETS, true));
  });

  function expectUnharmed({ answer, losses, links, ended, slowest, largest }: BrokerReport): void {
    expect([answer, losses, thrown]).to.deep.equal(['still there', [], []]);
    expect([ended, links - ended].every((some) => some > 20), `${ended} of ${links} links were ended`).to.equal(true);
    expect(slowest).to.be.below(STALL);
    expect(largest).to.be.below(MOST);
  }

  it(`a member says what was wrong, or goes on: ${PACKETS} packets`, async function () {
    this.timeout(120_000);

    const { codes, largest } = await tellMember(corpus, PACKETS);

    expect(thrown).to.deep.equal([]);
    expect([...codes].every((code) => code === undefined || ['BAD_PACKET', 'TOO_LARGE', 'LOST'].includes(code)), [...codes].join(' ')).to.equal(true);
    expect(codes.size).to.be.above(1);
    expect(largest).to.be.below(MOST);
  });
});
