/** A member that says more than its link takes, and does not wait. */
import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import type { Envelope } from '../../../src/core/protocol.js';
import { star } from '../../../src/core/star/star.js';
import type { Session } from '../../../src/core/transport.js';
import { MemoryPlace } from '../../../src/transports/memory.js';
import { ListeningSeat } from '../../support/listening-seat.js';
import { Valve } from '../../support/valve.js';
import { VirtualHost } from '../../support/virtual-host.js';

const UNSENT = 10_000;

describe('What a member says faster than its link takes', () => {
  let host: VirtualHost;
  let ann: ListeningSeat;
  let valve: Valve;
  let bob: Session;

  beforeEach(async () => {
    host = new VirtualHost();
    ann = new ListeningSeat('ann');
    const place = new MemoryPlace(host);
    const founding = star(place.rendezvous(), { host }).join(ann);
    await host.settle();
    (await founding).follow({ type: 'topic', name: 'news' });
    const meeting = await place.rendezvous().meet(new AbortController().signal);
    if (meeting.role !== 'member') throw new Error('There is no broker.');
    valve = new Valve(meeting.link);
    const joining = star({ name: 'test', meet: async () => ({ role: 'member', link: valve }) }, { host, limits: { unsent: UNSENT } }).join(new ListeningSeat('bob'));
    await host.settle();
    bob = await joining;
  });

  const say = (type: Envelope['type'], member = 1): void => bob.send({ type, member, name: 'news', call: 1, extra: 0, payload: JSON.stringify('x'.repeat(1_000)) });
  const sayUntilTold = (): number => {
    for (let count = 0; count < 100; count++) {
      try {
        say('message');
      } catch (error) {
        expect(error).to.be.an.instanceOf(HubError).with.property('message').that.contains('hub.drained()').and.contains('limits.unsent');
        return count;
      }
    }
    return Infinity;
  };

  it('is refused beyond the limit, whomever it is for, but for answers', () => {
    valve.isShut = true;

    const count = sayUntilTold();

    expect(count).to.be.within(10, 40);
    for (const type of ['message', 'request', 'stream'] as const) expect(() => say(type)).to.throw(HubError).that.deep.includes({ code: 'OVERLOADED', mayHaveRun: false });
    expect(() => say('message', 0)).to.throw(HubError).with.property('code', 'OVERLOADED');
    for (const type of ['reply', 'failure', 'cancel', 'chunk', 'credit'] as const) expect(() => say(type)).not.to.throw();
  });

  it('is taken again when it has drained, and arrives', async () => {
    valve.isShut = true;
    const count = sayUntilTold();

    const drained = bob.drained();
    valve.reopen();
    await host.settle();
    await drained;
    say('message');
    await host.settle();

    expect(ann.envelopes).to.have.length(count + 1);
  });
});
