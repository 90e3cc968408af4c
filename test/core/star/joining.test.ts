/** Links that break before the broker has said a word. */
import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import type { Link } from '../../../src/core/star/link.js';
import { linkPair } from '../../../src/core/star/pair.js';
import { serve } from '../../../src/core/star/serve.js';
import { star } from '../../../src/core/star/star.js';
import type { Session } from '../../../src/core/transport.js';
import { ListeningSeat } from '../../support/listening-seat.js';
import { MemoryJournal } from '../../support/memory-journal.js';
import { VirtualHost } from '../../support/virtual-host.js';

describe('A broker that ends each link before it says a word', () => {
  const never = new AbortController().signal;
  let host: VirtualHost;
  let broken: number;
  let isBreaking: boolean;
  let link: Link | undefined;
  let seat: ListeningSeat;
  let join: () => void;
  let outcome: Session | HubError | undefined;

  beforeEach(async () => {
    host = new VirtualHost();
    broken = 0;
    outcome = undefined;
    seat = new ListeningSeat('ann');
    let onLink: (link: Link) => void = () => {};
    await serve({ name: 'test', meet: async () => ({ role: 'authority', epoch: 1, journal: new MemoryJournal(), accept: (accept) => (onLink = accept), close: async () => {} }) }, never, { host });
    const meet = async (): Promise<{ readonly role: 'member'; readonly link: Link }> => {
      const [near, far] = linkPair(host);
      link = far;
      if (!isBreaking) onLink(far);
      else {
        broken += 1;
        far.destroy(new HubError('LOST', 'no more files'));
      }
      return { role: 'member', link: near };
    };
    join = () => void star({ name: 'test', meet }, { host })
      .join(seat)
      .then((session) => (outcome = session), (error: HubError) => (outcome = error));
  });

  it('is tried again by who wants to join', async () => {
    isBreaking = true;
    join();
    await host.pass(5_000);
    isBreaking = false;
    await host.pass(1_000);

    expect(broken).to.be.above(20);
    expect(outcome).to.have.property('epoch', 1);
  });

  it('is given up in the end, and who wanted to join is told what to do', async () => {
    isBreaking = true;
    join();
    await host.pass(15_000);

    expect(outcome).to.be.instanceOf(HubError).with.property('code', 'UNAVAILABLE');
    expect(outcome).to.have.property('message').that.includes('ulimit -n');
  });

  it('is not given up by one that has a seat to lose', async () => {
    isBreaking = false;
    join();
    await host.settle();
    isBreaking = true;
    link?.destroy(new HubError('LOST', 'cut'));
    await host.pass(120_000);
    isBreaking = false;
    await host.pass(1_000);

    expect(broken).to.be.above(200);
    expect(seat.losses.map(({ message }) => message)).to.deep.equal(['The group has gone on without this member.']);
  });
});
