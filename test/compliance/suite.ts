/** The specification of a hub, as a program: whatever carries it, a group keeps these promises. */
import type { Fixture } from '../support/fixture.js';
import { Group } from '../support/group.js';
import type { Gathered } from '../support/group.js';
import { asking } from './asking.js';
import { gather } from './gather.js';
import { hops } from './hops.js';
import { life } from './life.js';
import { locksComplete } from './locks-complete.js';
import { locks } from './locks.js';
import { members } from './members.js';
import { retained } from './retained.js';
import { services } from './services.js';
import { singletons } from './singletons.js';
import { stateComplete } from './state-complete.js';
import { state } from './state.js';
import { streams } from './streams.js';
import { telling } from './telling.js';
import { values } from './values.js';

/** Seats members with these names, in this order, in a group of their own. */
export type Meet = <N extends string>(...names: readonly N[]) => Promise<Gathered<N>>;

export function describeTransport(name: string, start: () => Fixture | Promise<Fixture>): void {
  describe(`A group over ${name}`, () => {
    let fixture: Fixture;
    let group: Group | undefined;

    before(async () => {
      fixture = await start();
    });
    afterEach(async () => {
      await group?.close();
      group = undefined;
    });
    after(() => fixture.close());

    const meet: Meet = (...names) => {
      group = new Group(fixture);
      return group.gather(...names);
    };
    telling(meet);
    retained(meet);
    asking(meet);
    streams(meet);
    gather(meet);
    hops(meet);
    services(meet);
    singletons(meet);
    locks(meet);
    locksComplete(meet);
    state(meet);
    stateComplete(meet);
    members(meet);
    values(meet);
    life(meet);
  });
}
