import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import { askForLink } from '../../src/adapters/ipc/asking.js';
import { IpcDoors } from '../../src/adapters/ipc/doors.js';
import { HubError } from '../../src/core/errors.js';
import type { Link } from '../../src/core/star/link.js';
import { ipcPair } from '../support/ipc-pair.js';
import type { IpcPair } from '../support/ipc-pair.js';
import { RecordingSink } from '../support/recording-sink.js';
import { rejection } from '../support/rejection.js';

describe('A link over an IPC channel', () => {
  it('is opened by the child, and carries bytes both ways', async () => {
    const { near, far, nearSink, farSink } = await linked(ipcPair());

    near.send(Buffer.from('from the child'));
    far.send(Buffer.from('from the parent'));
    await Promise.all([nearSink.hears('received'), farSink.hears('received')]);

    expect(farSink.text).to.equal('from the child');
    expect(nearSink.text).to.equal('from the parent');
  });

  for (const serialization of ['json', 'advanced'] as const) {
    it(`keeps any bytes, in order, on a channel with ${serialization} serialization`, async () => {
      const { near, farSink } = await linked(ipcPair(serialization));
      let sent = Buffer.alloc(0);

      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 })), async (portions) => {
          for (const portion of portions) near.send(portion);
          sent = Buffer.concat([sent, ...portions]);
          await farSink.has(sent.length);
          expect(farSink.bytes.equals(sent)).to.equal(true);
        }),
        { numRuns: 30 },
      );
    });

    it(`gives the bytes back to the caller at once with ${serialization} serialization, also while a socket is handed over`, async () => {
      const pair = ipcPair(serialization);
      const { near, farSink } = await linked(pair);
      const bytes = Buffer.from('mine');

      pair.child.isHandingOver = true;
      near.send(bytes);
      bytes.fill('x');
      await farSink.hears('received');

      expect(farSink.text).to.equal('mine');
    });
  }

  it('finds out by itself how its channel carries bytes', async () => {
    const json = ipcPair('json');
    const advanced = ipcPair('advanced');

    for (const pair of [json, advanced]) {
      const { near, far } = await linked(pair);
      near.send(Buffer.from('bytes'));
      far.send(Buffer.from('bytes'));
    }

    for (const end of [json.child, json.parent]) expect(end.send.lastCall.args[0]).to.have.property('bytes', 'Ynl0ZXM=');
    for (const end of [advanced.child, advanced.parent]) expect(end.send.lastCall.args[0]).to.have.deep.property('bytes', Buffer.from('bytes'));
  });

  it('keeps what comes before it is opened', async () => {
    const { links, near } = await connected(ipcPair());
    const sink = new RecordingSink();

    near.send(Buffer.from('early '));
    await ticks();
    links[0]?.open(sink);
    near.send(Buffer.from('late'));
    await sink.has(10);

    expect(sink.text).to.equal('early late');
  });

  it('asks its sender to wait when the channel has enough, and to go on when it is written', async () => {
    const pair = ipcPair();
    const { near, nearSink } = await linked(pair);
    pair.child.isStuck = true;

    const mayGoOn = near.send(Buffer.from('bytes'));
    const written = pair.child.send.lastCall.args[3];
    written(null);

    expect(mayGoOn).to.equal(false);
    expect(nearSink.told).to.deep.equal(['drained']);
  });

  it('asks its sender to wait when much is unwritten, whatever the channel says', async () => {
    const pair = ipcPair();
    const { near, farSink, nearSink } = await linked(pair);

    const first = near.send(Buffer.alloc(200_000));
    const second = near.send(Buffer.alloc(200_000));
    await Promise.all([nearSink.hears('drained'), farSink.has(400_000)]);

    expect([first, second]).to.deep.equal([true, false]);
    expect(nearSink.told).to.deep.equal(['drained']);
  });

  describe('ends', () => {
    it('at both ends when one closes it, after what was sent before', async () => {
      const { near, nearSink, farSink } = await linked(ipcPair());

      near.send(Buffer.from('last words'));
      near.close();
      await Promise.all([nearSink.hears('closed'), farSink.hears('closed')]);

      expect(farSink.told).to.deep.equal(['received', 'closed']);
      expect(farSink.text).to.equal('last words');
      expect([nearSink.error, farSink.error]).to.deep.equal([undefined, undefined]);
    });

    it('with the reason that it was closed for', async () => {
      const { near, nearSink } = await linked(ipcPair());
      const reason = new HubError('CLOSED', 'Enough.');

      near.close(reason);
      near.close();
      await nearSink.hears('closed');

      expect(nearSink.error).to.equal(reason);
      expect(nearSink.told).to.deep.equal(['closed']);
    });

    it('within five seconds of being closed when the channel is stuck', async () => {
      const pair = ipcPair();
      const { near, nearSink } = await linked(pair);
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

      try {
        pair.child.isStuck = true;
        near.close();
        clock.tick(4_999);
        const before = [...nearSink.told];
        clock.tick(1);

        expect(before).to.deep.equal([]);
        expect(nearSink.told).to.deep.equal(['closed']);
      } finally {
        clock.restore();
      }
    });

    it('at once when it is destroyed, and tells the other end', async () => {
      const pair = ipcPair();
      const { near, nearSink, farSink } = await linked(pair);
      const reason = new HubError('BAD_PACKET', 'Nonsense.');

      near.destroy(reason);
      near.destroy(reason);
      near.send(Buffer.from('unsaid'));
      await Promise.all([nearSink.hears('closed'), farSink.hears('closed')]);

      expect(nearSink.error).to.equal(reason);
      expect(pair.child.said).to.deep.equal(['open', 'close']);
    });

    it('for both when the channel does, once', async () => {
      const pair = ipcPair();
      const { nearSink, farSink } = await linked(pair);

      pair.child.disconnect();
      pair.parent.emit('exit', 0, null);

      for (const sink of [nearSink, farSink]) {
        expect(sink.told).to.deep.equal(['closed']);
        expect(sink.error).to.have.property('code', 'LOST');
      }
    });

    it('when its process has exited, but not before its last words are read', async () => {
      const pair = ipcPair();
      const { near, farSink } = await linked(pair);

      near.send(Buffer.from('last words'));
      pair.parent.emit('exit', 1, null);
      await farSink.hears('received');
      pair.parent.disconnect();

      expect(farSink.told).to.deep.equal(['received', 'closed']);
    });

    it('a second after its process has exited when somebody else holds the channel open', async () => {
      const pair = ipcPair();
      const { farSink } = await linked(pair);
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

      try {
        pair.parent.emit('exit', 1, null);
        clock.tick(1_000);

        expect(farSink.told).to.deep.equal(['closed']);
      } finally {
        clock.restore();
      }
    });

    it('when a write fails, and neither throws nor emits an error', async () => {
      const pair = ipcPair();
      const { near, nearSink } = await linked(pair);
      pair.child.connected = false;

      near.send(Buffer.from('into the void'));
      near.send(Buffer.from('and again'));
      await nearSink.hears('closed');
      await ticks();

      expect(nearSink.told).to.deep.equal(['closed']);
      expect(nearSink.error).to.have.property('code', 'LOST');
      expect(nearSink.error?.cause).to.have.property('message', 'Channel closed');
    });

    it('when a wrapped `send` throws', async () => {
      const pair = ipcPair();
      const { near, nearSink } = await linked(pair);
      Object.assign(pair.child, { send: sinon.fake.throws(new Error('wrapped badly')) });

      near.send(Buffer.from('bytes'));
      await nearSink.hears('closed');

      expect(nearSink.error).to.have.property('code', 'LOST');
    });

    for (const [what, nonsense] of Object.entries({
      'no bytes': { type: 'packets' },
      'bytes that are a number': { type: 'packets', bytes: 7 },
      'text that is not base64': { type: 'packets', bytes: '!!!!' },
      'an unknown type': { type: 'packet', bytes: '' },
      'no type': {},
    })) {
      it(`with BAD_PACKET when a message in our name has ${what}`, async () => {
        const pair = ipcPair();
        const { nearSink, farSink, id } = await linked(pair);

        pair.parent.emit('message', { interhub: 1, group: 'shop', link: id, ...nonsense });
        await Promise.all([nearSink.hears('closed'), farSink.hears('closed')]);

        expect(farSink.error).to.have.property('code', 'BAD_PACKET');
        expect(nearSink.error).to.equal(undefined);
      });
    }
  });
});

describe('A child that asks for a link', () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  afterEach(() => {
    clock.restore();
  });

  it('asks again until its parent has a hub', async () => {
    const pair = ipcPair();
    const coming = ask(pair);

    clock.tick(10_000);
    await ticks();
    const { links } = open(pair);
    clock.tick(1_000);
    await coming;

    expect(pair.child.said.length).to.be.within(10, 20);
    expect(links).to.have.lengthOf(1);
  });

  it('asks no more when it has been answered, and gets one link however often it asked', async () => {
    const pair = ipcPair();
    const { links } = open(pair);

    const coming = ask(pair);
    clock.tick(100);
    await coming;
    const asked = pair.child.said.length;
    clock.tick(60_000);

    expect(asked).to.be.greaterThan(1);
    expect(pair.child.said).to.have.lengthOf(asked);
    expect(links).to.have.lengthOf(1);
    expect(clock.countTimers()).to.equal(0);
  });

  it('gives up after 30 s without an answer, and says what is missing', async () => {
    const pair = ipcPair();
    const failing = rejection(ask(pair));

    clock.tick(30_000);
    const error = await failing;

    expect(error).to.have.property('code', 'UNAVAILABLE');
    expect(error).to.have.property('message').that.matches(/No answer from the parent for 30 s.*"shop".*Do something\./);
    expect(listening(pair.child)).to.equal(0);
    expect(clock.countTimers()).to.equal(0);
  });

  it('rejects with the reason of its signal, and takes back what the parent may have opened', async () => {
    const pair = ipcPair();
    const { links } = open(pair);
    const sink = new RecordingSink();
    const joining = new AbortController();
    const failing = rejection(askForLink(pair.child, OPTIONS, joining.signal));

    joining.abort('changed my mind');
    const reason = await failing;
    await ticks();
    links[0]?.open(sink);
    await sink.hears('closed');

    expect(reason).to.equal('changed my mind');
    expect(pair.child.said).to.deep.equal(['open', 'close']);
    expect(listening(pair.child)).to.equal(0);
  });

  it('rejects at once when the channel is closed, or closes', async () => {
    const closing = ipcPair();
    const closed = ipcPair();
    closed.child.disconnect();

    const failing = [rejection(ask(closing)), rejection(ask(closed))];
    closing.child.disconnect();
    const errors = await Promise.all(failing);

    for (const error of errors) expect(error).to.have.property('code', 'UNAVAILABLE');
  });

  it('counts for nobody who keeps its process alive', async () => {
    const pair = ipcPair();
    open(pair);
    pair.child.on('message', () => {});

    const link = await ask(pair);
    const linked = pair.child.channel.refs;
    link.destroy(new HubError('CLOSED', 'Enough.'));
    await ticks();

    expect(linked).to.equal(1);
    expect(pair.child.channel.refs).to.equal(1);
    expect(listening(pair.child)).to.equal(1);
  });
});

describe('An IPC channel', () => {
  it('carries several links of one group', async () => {
    const pair = ipcPair();
    const { links } = open(pair);
    const [one, other] = await Promise.all([ask(pair), ask(pair)]);
    const sinks = links.map(openWithSink);

    one.send(Buffer.from('one'));
    other.send(Buffer.from('other'));
    await Promise.all(sinks.map((sink) => sink.hears('received')));
    one.close();
    await sinks[0]?.hears('closed');

    expect(sinks.map((sink) => sink.text)).to.deep.equal(['one', 'other']);
    expect(sinks[1]?.told).to.deep.equal(['received']);
  });

  it('carries several groups', async () => {
    const pair = ipcPair();
    const shop = open(pair, 'shop');
    const bank = open(pair, 'bank');

    await ask(pair, 'bank');
    await ticks();

    expect(shop.links).to.have.lengthOf(0);
    expect(bank.links).to.have.lengthOf(1);
  });

  it('carries the links of thirty hubs without a warning, and leaves no listener behind', async () => {
    const pair = ipcPair();
    const before = listeners(pair);
    const warned = sinon.spy();
    process.on('warning', warned);

    const groups = Array.from({ length: 30 }, (_, n) => `group ${n}`);
    const parents = groups.map((group) => open(pair, group));
    const links = await Promise.all(groups.map((group) => ask(pair, group)));
    const during = listeners(pair);
    for (const { doors } of parents) doors.close();
    for (const link of links) link.close();
    await ticks();
    process.off('warning', warned);

    expect(warned.args).to.deep.equal([]);
    expect(parents.map((parent) => parent.links.length)).to.deep.equal(groups.map(() => 1));
    expect(during).to.deep.equal({ parent: { message: 1, disconnect: 1, exit: 1 }, child: { message: 1, disconnect: 1, exit: 0 } });
    expect(listeners(pair)).to.deep.equal(before);
    expect(pair.child.channel.refs).to.equal(0);
  });

  it('carries new links when somebody has removed all listeners, and counts for nobody still', async () => {
    const pair = ipcPair();
    const old = await connected(pair);
    for (const end of [pair.parent, pair.child]) end.removeAllListeners('message');

    const fresh = await connected(pair);
    const sinks = fresh.links.map(openWithSink);
    fresh.near.send(Buffer.from('heard'));
    await sinks[0]?.hears('received');
    for (const link of [old.near, fresh.near]) link.destroy(new HubError('CLOSED', 'Enough.'));
    await ticks();

    expect(sinks.map((sink) => sink.text)).to.deep.equal(['heard']);
    expect(pair.child.channel.refs).to.equal(0);
  });

  it('lets no more links in when the parent has closed its doors, and keeps those that are open', async () => {
    const pair = ipcPair();
    const { doors, links } = open(pair);
    const near = await ask(pair);
    const [sink] = links.map(openWithSink);

    doors.close();
    void rejection(ask(pair));
    near.send(Buffer.from('still here'));
    await sink?.hears('received');
    near.close();
    await sink?.hears('closed');

    expect(links).to.have.lengthOf(1);
    expect(listening(pair.parent)).to.equal(0);
    pair.child.disconnect();
  });

  it('leaves messages of others to them', async () => {
    const pair = ipcPair();
    const { nearSink, farSink, id } = await linked(pair);
    const heard = sinon.spy();
    pair.parent.on('message', heard);
    const foreign = [null, undefined, 0, 'text', true, [], {}, { cmd: 'NODE_CLUSTER' }, { interhub: 2, group: 'shop', link: id }, { interhub: '1' }, { type: 'close', link: id }];

    for (const message of foreign) pair.parent.emit('message', message);
    await ticks();

    expect(heard.args.map(([message]) => message as unknown)).to.deep.equal(foreign);
    expect([nearSink.told, farSink.told]).to.deep.equal([[], []]);
  });

  it('keeps messages of others until they listen, as Node does when we do not', async () => {
    const pair = ipcPair();
    open(pair, 'shop');
    open(pair, 'bank');
    const heard = sinon.spy();

    pair.parent.emit('message', 'first', 'a socket');
    pair.parent.emit('message', 'second');
    pair.parent.on('exit', () => {});
    await ticks();
    pair.parent.on('message', heard);
    await ticks();
    pair.parent.emit('message', 'third');

    expect(heard.args).to.deep.equal([['first', 'a socket'], ['second', undefined], ['third']]);
  });
});

const OPTIONS = { group: 'shop', peer: 'the parent', advice: 'Do something.', roads: undefined };

function ask({ child }: IpcPair, group = 'shop'): Promise<Link> {
  return askForLink(child, { ...OPTIONS, group }, new AbortController().signal);
}

function open({ parent }: IpcPair, group = 'shop'): { readonly doors: IpcDoors; readonly links: readonly Link[] } {
  const links: Link[] = [];
  const doors = new IpcDoors({ group, roads: undefined, onLink: (link) => links.push(link) });
  doors.add(parent);
  doors.add(parent);
  return { doors, links };
}

async function connected(pair: IpcPair): Promise<{ readonly near: Link; readonly links: readonly Link[]; readonly id: string }> {
  const { links } = open(pair);
  const near = await ask(pair);
  return { near, links, id: (pair.child.send.firstCall.args[0] as { link: string }).link };
}

async function linked(pair: IpcPair) {
  const { near, links, id } = await connected(pair);
  const far = links[0];
  if (far === undefined) throw new Error('The parent has no link.');
  return { near, far, id, nearSink: openWithSink(near), farSink: openWithSink(far) };
}

function openWithSink(link: Link): RecordingSink {
  const sink = new RecordingSink();
  link.open(sink);
  return sink;
}

function listeners({ parent, child }: IpcPair): object {
  const count = (end: IpcPair['child']) => ({ message: end.listenerCount('message'), disconnect: end.listenerCount('disconnect'), exit: end.listenerCount('exit') });
  return { parent: count(parent), child: count(child) };
}

function listening(end: IpcPair['child']): number {
  return end.listenerCount('message');
}

/** Whatever the ends of a pair had to say to each other has been said. */
function ticks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
