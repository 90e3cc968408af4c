import { expect } from 'chai';
import { HubError, createHub } from '../src/index.js';
import type { CreateHubOptions } from '../src/index.js';
import { FakeSession, fakeTransport } from './support/fake-transport.js';

describe('createHub', () => {
  const wrong: readonly (readonly [what: string, options: unknown, complaint: RegExp])[] = [
    ['nothing', undefined, /takes an object/],
    ['no transport', {}, /`transport` is one of 'memory', 'cluster', 'fork', 'socket'.*not undefined/],
    ['a transport that is none', { transport: 'carrier pigeon' }, /'memory', 'cluster', 'fork', 'socket'.*"carrier pigeon"/],
    ['a transport that is Object.prototype\'s', { transport: 'constructor' }, /"constructor"/],
    ['a mistyped option', { transport: 'memory', timeOut: 1 }, /`timeOut` is no option of a hub with the memory transport.*`timeout`/],
    ['an option of another transport', { transport: 'cluster', path: '/run/shop' }, /`path` is no option/],
    ['no path to meet in', { transport: 'socket' }, /`path` is the folder/],
    ['a path that is no text', { transport: 'socket', path: 7 }, /`path` is the folder.*not 7/],
    ['a path with a NUL in it', { transport: 'socket', path: '/run/shop\0' }, /"\/run\/shop\\u0000" holds a NUL character/],
    ['a name that is none', { transport: 'memory', name: '' }, /`name`/],
    ['labels that are no texts', { transport: 'memory', labels: { zone: 1 } }, /`labels`/],
    ['a time that is none', { transport: 'memory', timeout: '1s' }, /`timeout`.*"1s"/],
    ['a listener that is none', { transport: 'memory', onError: true }, /`onError`/],
    ['a limit that there is not', { transport: 'memory', limits: { packets: 1 } }, /`limits.packets` is no limit/],
    ['a limit that every object has', { transport: 'memory', limits: { toString: 1 } }, /`limits.toString` is no limit/],
    ['a limit that is no number', { transport: 'socket', path: '/tmp/never', limits: { packet: '1' } }, /`limits.packet` is a number/],
    ['labels that are a list', { transport: 'memory', labels: ['zone'] }, /`labels` is an object/],
    ['half a character for a name', { transport: 'memory', name: '\ud800' }, /half a surrogate pair/],
    ['a group that is no name', { transport: 'memory', group: 7 }, /`group` is a string, not 7/],
    ['a group of a cluster that is no name', { transport: 'cluster', group: {} }, /`group` is a string/],
    ['a role that there is not', { transport: 'fork', role: 'aunt' }, /`role` is one of "parent", "child", not "aunt"/],
    ['a way that there is not', { transport: 'cluster', via: 'air' }, /`via` is one of "auto", "ipc", not "air"/],
    ['a way for those who have no choice', { transport: 'memory', via: 'ipc' }, /`via` is no option of a hub with the memory transport/],
    ['a kind of broker that there is not', { transport: 'socket', path: '/tmp/never', broker: 'maybe' }, /`broker` is one of/],
    ['a durability that there is not', { transport: 'socket', path: '/tmp/never', durability: 1n }, /`durability` is one of/],
    ['limits that are none', { transport: 'memory', limits: null }, /`limits` is an object, as in .*, not null/],
    ['limits that are a number', { transport: 'cluster', limits: 5 }, /`limits` is an object, as in .*, not 5/],
    ['children that are a number', { transport: 'fork', children: 5 }, /`children` is a list of processes, as in .*, not 5/],
    ['a child without a channel', { transport: 'fork', children: [{}] }, /IPC channel/],
  ];
  for (const [what, options, complaint] of wrong) {
    it(`refuses ${what}, and says what it takes`, () => {
      expect(() => createHub(options as CreateHubOptions)).to.throw(TypeError, complaint);
    });
  }

  for (const [what, options] of Object.entries({ name: { name: 'n'.repeat(2_000) }, labels: { labels: { zone: 'z'.repeat(20_000) } } })) {
    it(`refuses a longer ${what} than its group would take, and does not wait in vain`, () => {
      expect(() => createHub({ transport: 'memory', ...options })).to.throw(HubError).with.property('code', 'TOO_LARGE');
    });
  }

  it('ends those who watch the members of a hub when it is closed, behind all that they have not read', async () => {
    const hub = createHub({ transport: fakeTransport(new FakeSession()) });
    await hub.ready();
    const watch = hub.members.watch();

    await hub.close();

    const told = [];
    for await (const { type } of watch) told.push(type);
    expect(told).to.deep.equal([...hub.members].map(() => 'joined'));
  });

  it('refuses a time below zero', () => {
    expect(() => createHub({ transport: 'memory', timeout: -1 })).to.throw(RangeError, /`timeout`/);
  });

  it('takes any transport that keeps to the port, and the name that it suggests', async () => {
    const session = new FakeSession();
    await using hub = createHub({ transport: { ...fakeTransport(session), suggestedName: 'captain' } });

    await hub.ready();

    expect(hub.member).to.include({ name: 'captain', pid: process.pid });
  });
});
