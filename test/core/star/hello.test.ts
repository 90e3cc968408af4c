import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import { readHello, readWelcome } from '../../../src/core/star/hello.js';
import { PROTOCOL } from '../../../src/core/star/packet.js';

const hello = (more: object = {}): string => JSON.stringify({ protocol: PROTOCOL, epoch: 0, member: { id: 'x', name: 'ann', pid: 1, labels: {} }, ...more });
const welcome = (more: object = {}): string => JSON.stringify({ protocol: PROTOCOL, epoch: 1, number: 1, members: [], outlives: false, ...more });

describe('The first words on a link', () => {
  it('are refused where they are of another version, older or newer, with both numbers', () => {
    expect(() => readHello(hello({ protocol: 0 }))).to.throw(HubError, /version 0 .* an older one .* version 1/).with.property('code', 'VERSION');
    expect(() => readHello(hello({ protocol: 7 }))).to.throw(HubError, /version 7 .* a newer one .* version 1/).with.property('code', 'VERSION');
    expect(() => readWelcome(welcome({ protocol: 7 }))).to.throw(HubError, 'The broker of the group speaks version 7').with.property('code', 'VERSION');
  });

  it('may hold what a later version says besides', () => {
    expect(readHello(hello({ flies: true }))).not.to.have.property('flies');
    expect(readWelcome(welcome({ flies: true }))).to.include({ number: 1 });
  });

  it('are refused where a part is missing, or is something else', () => {
    const listens = [1, [], {}, { topics: 'news', methods: [] }, { topics: [1], methods: [] }, { topics: ['a.>.b'], methods: [] }, { topics: [], methods: ['x'.repeat(2_000)] }];

    for (const wrong of ['', '[]', 'null', '{}', hello({ epoch: '1' }), hello({ member: {} }), hello({ nonce: 1 }), hello({ nonce: 'x'.repeat(2_000) }), hello({ resume: 'me' }), ...listens.map((each) => hello({ listens: each }))]) {
      expect(() => readHello(wrong), wrong).to.throw(HubError).with.property('code', 'BAD_PACKET');
    }
  });
});
