import { expect } from 'chai';
import sinon from 'sinon';
import { gather } from './corpus.js';
import { tellBroker, tellMember } from './packets.js';
import { MOST, PLANTS } from './plants.js';
import { readValues } from './reading.js';

const PACKETS = 5_000;

describe('The fuzzers find memory that is given', () => {
  afterEach(() => sinon.restore());

  it('by a broker, for the length in a header', async function () {
    this.timeout(60_000);
    const corpus = await gather();
    PLANTS.header();

    const { largest } = await tellBroker(corpus, PACKETS, true);

    expect(largest).to.be.above(MOST);
  });

  it('by a member, for the length of what is to come in fragments', async function () {
    this.timeout(60_000);
    const corpus = await gather();
    PLANTS.fragments();

    const { largest } = await tellMember(corpus, PACKETS);

    expect(largest).to.be.above(MOST);
  });

  it('for the length of bytes in a value', () => {
    PLANTS.value();

    const largest = readValues(PACKETS);

    expect(largest).to.be.above(MOST);
  });
});
