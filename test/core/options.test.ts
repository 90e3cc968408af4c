import { expect } from 'chai';
import sinon from 'sinon';
import type { Hub } from '../../src/core/hub.js';
import { FakeSession, hubOver, seatedHub } from '../support/fake-transport.js';

/** Every public call that takes options, with options that its compiler would refuse, and one that it takes. */
const CALLS: Readonly<Record<string, { readonly call: (hub: Hub, options: never) => unknown; readonly takes: string }>> = {
  'hub.on()': { call: (hub, options) => hub.on('topic', () => {}, options), takes: 'concurrency' },
  'hub.subscribe()': { call: (hub, options) => hub.subscribe('topic', options), takes: 'overflow' },
  'hub.send()': { call: (hub, options) => hub.send('topic', 1, options), takes: 'to' },
  'hub.broadcast()': { call: (hub, options) => hub.broadcast('topic', 1, options), takes: 'self' },
  'hub.handle()': { call: (hub, options) => hub.handle('method', () => 1, options), takes: 'concurrency' },
  'hub.request()': { call: (hub, options) => hub.request('method', 1, options), takes: 'timeout' },
  'hub.stream()': { call: (hub, options) => hub.stream('method', 1, options), takes: 'timeout' },
  'hub.gather()': { call: (hub, options) => hub.gather('method', 1, options), takes: 'timeout' },
  'hub.lock()': { call: (hub, options) => hub.lock('key', options), takes: 'maxWaiters' },
  'hub.tryLock()': { call: (hub, options) => hub.tryLock('key', options), takes: 'mode' },
  'hub.locks()': { call: (hub, options) => hub.locks(options), takes: 'limit' },
  'hub.semaphore()': { call: (hub, options) => hub.semaphore('name', options), takes: 'permits' },
  'semaphore.acquire()': { call: (hub, options) => hub.semaphore('name', { permits: 1 }).acquire(options), takes: 'permits' },
  'semaphore.tryAcquire()': { call: (hub, options) => hub.semaphore('name', { permits: 1 }).tryAcquire(options), takes: 'maxHold' },
  'hub.limit()': { call: (hub, options) => hub.limit('name', options), takes: 'per' },
  'limit.take()': { call: (hub, options) => hub.limit('name', { permits: 1, per: 1 }).take(options), takes: 'maxWaiters' },
  'hub.once()': { call: (hub, options) => hub.once('key', () => 1, options), takes: 'timeout' },
  'hub.barrier()': { call: (hub, options) => hub.barrier('name', 2, options), takes: 'timeout' },
  'hub.elect()': { call: (hub, options) => hub.elect('name', options), takes: 'maxHold' },
  'hub.leader()': { call: (hub, options) => hub.leader('name', options), takes: 'signal' },
  'hub.state()': { call: (hub, options) => hub.state('name', options), takes: 'maxEntries' },
  'map.set()': { call: (hub, options) => hub.state('name').set('key', 1, options), takes: 'expect' },
  'map.delete()': { call: (hub, options) => hub.state('name').delete('key', options), takes: 'expect' },
  'map.update()': { call: (hub, options) => hub.state('name').update('key', () => 1, options), takes: 'ttl' },
  'map.transact()': { call: (hub, options) => hub.state('name').transact(options), takes: 'then' },
  'map.watch()': { call: (hub, options) => hub.state('name').watch(options), takes: 'prefix' },
  'map.replica()': { call: (hub, options) => hub.state('name').replica(options), takes: 'signal' },
  'members.watch()': { call: (hub, options) => hub.members.watch(options), takes: 'signal' },
  'hub.close()': { call: (hub, options) => hub.close(options), takes: 'grace' },
};

describe('The options', () => {
  for (const [name, { call, takes }] of Object.entries(CALLS)) {
    it(`of ${name} are an object, of names that it has`, async () => {
      const session = new FakeSession();
      const hub = await seatedHub(session);
      const text = name.replace(/[.()]/g, '\\$&');

      for (const wrong of [500, null, 'to', () => {}]) {
        if (typeof wrong === 'function' && (name === 'hub.lock()' || name === 'semaphore.acquire()')) continue;
        expect(() => call(hub, wrong as never), String(wrong)).to.throw(TypeError, new RegExp(`^The options of ${text} are an object with .*\`${takes}\`.*, not `));
      }
      expect(() => call(hub, { tiemout: 5 } as never)).to.throw(TypeError, new RegExp(`^\`tiemout\` is no option of ${text}\\. It takes .*\`${takes}\``));
      expect(() => call(hub, { constructor: 5 } as never)).to.throw(TypeError, /`constructor` is no option/);

      sinon.assert.notCalled(session.send);
      sinon.assert.notCalled(session.submit);
    });
  }

  it('may be left out, in the place of another argument too', async () => {
    const hub = await seatedHub(new FakeSession());

    expect(() => hub.send('topic', 1, undefined)).not.to.throw();
    expect(() => hub.on('topic', () => {}, undefined)).not.to.throw();
  });

  const values: readonly (readonly [what: string, call: (hub: Hub) => unknown, complaint: RegExp])[] = [
    ['an address whose id is no text', (hub) => hub.send('topic', 1, { to: { id: 5 } as never }), /`to` is a member, its number, its id or its name/],
    ['an address that is null', (hub) => hub.request('method', 1, { to: null as never }), /`to` is a member.*not null/],
    ['`self` that is no truth', (hub) => hub.broadcast('topic', 1, { self: 'yes' as never }), /`self` is true or false, not "yes"/],
    ['`idempotent` that is no truth', (hub) => hub.request('method', 1, { idempotent: 1 as never }), /`idempotent` is true or false, not 1/],
    ['`within` that is no call', (hub) => hub.request('method', 1, { within: 5 as never }), /`within` is the call that a handler was given.*not 5/],
    ['a time to wait for a limit that is none', (hub) => hub.limit('name', { permits: 1, per: 1 }).take({ timeout: 'soon' as never }), /`timeout` is a number of milliseconds, not "soon"/],
    ['closing within what is no call', (hub) => hub.close({ within: {} as never }), /`within` is the call that a handler was given/],
    ['a step with what it does not take', (hub) => hub.state('map').transact({ then: [{ type: 'delete', key: 'a', value: 1 } as never] }), /`value` is no option of the step "delete"/],
    ['a step that is none', (hub) => hub.state('map').transact({ else: [null as never] }), /A step of a transaction is an object/],
  ];
  for (const [what, call, complaint] of values) {
    it(`are no ${what}`, () => {
      const hub = hubOver(new FakeSession());

      expect(() => call(hub)).to.throw(TypeError, complaint);
    });
  }
});
