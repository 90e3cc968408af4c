import { expect } from 'chai';
import { createServer, Socket } from 'node:net';
import type { Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { Duplex, PassThrough } from 'node:stream';
import sinon from 'sinon';
import { connectLink, duplexLink } from '../../src/adapters/duplex.js';
import { HubError } from '../../src/core/errors.js';
import type { Link } from '../../src/core/star/link.js';
import { meetingPlace } from '../support/meeting-place.js';

describe('A socket as a link', () => {
  const place = meetingPlace();
  let server: Server;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    server = createServer((socket) => sockets.push(socket));
    server.listen(join(place.parent, 's'));
    await once(server, 'listening');
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  /** Both ends of a connection: the one that connects, and the bare socket of the other. */
  async function connected(): Promise<{ link: Link; other: Socket }> {
    const [link] = await Promise.all([connectLink(join(place.parent, 's')), once(server, 'connection')]);
    const other = sockets.at(-1);
    if (other === undefined) throw new Error('Nobody came.');
    return { link, other };
  }

  it('carries bytes both ways, in order', async () => {
    const { link, other } = await connected();
    const near = new Ear(link);
    const far = new Ear(duplexLink(other));

    for (const text of ['a', 'b', 'c']) link.send(Buffer.from(text));
    far.link.send(Buffer.from('d'));

    await Promise.all([far.hears('abc'), near.hears('d')]);
  });

  it('hears what was said before it was open', async () => {
    const { link, other } = await connected();
    await new Promise((resolve) => other.write('early', resolve));

    const near = new Ear(link);

    await near.hears('early');
  });

  it('hears a part of what is much in one turn, and all of it in the end', async () => {
    const { link, other } = await connected();
    let inTurn = 0;
    let most = 0;
    let sum = 0;
    const all = 8 << 20;
    const heard = new Promise<void>((resolve) => {
      const next = (): void => {
        most = Math.max(most, inTurn);
        inTurn = 0;
        if (sum === all) resolve();
        else setImmediate(next);
      };
      next();
      const received = (bytes: Uint8Array): void => {
        expect(bytes[0]).to.equal(Math.floor(sum / 65_536) & 0x7f);
        inTurn += bytes.length;
        sum += bytes.length;
      };
      duplexLink(other).open({ received, drained() {}, closed() {} });
    });

    for (let at = 0; at < all; at += 65_536) link.send(Buffer.alloc(65_536, (at / 65_536) & 0x7f));
    await heard;

    expect(most).to.be.within(1, 2 * 262_144);
  });

  it('gives the bytes back when the kernel has them', async () => {
    const { link, other } = await connected();
    const far = new Ear(duplexLink(other));
    const bytes = Buffer.from('one');

    const isTaken = link.send(bytes);
    bytes.write('two');
    link.send(bytes);

    expect(isTaken).to.equal(true);
    await far.hears('onetwo');
  });

  it('keeps the bytes when the kernel is full, and says when it has room again', async () => {
    const { link, other } = await connected();
    const near = new Ear(link);
    other.pause();

    const isTaken = link.send(Buffer.alloc(8_000_000, 'x'));
    const before = near.drains;
    const far = new Ear(duplexLink(other));
    await near.drained();

    expect(isTaken).to.equal(false);
    expect(before).to.equal(0);
    expect(near.drains).to.equal(1);
    expect(link.send(Buffer.from('y'))).to.equal(true);
    await far.hears('x'.repeat(8_000_000) + 'y');
  });

  it('lets what was sent go out before it closes', async () => {
    const { link, other } = await connected();
    const near = new Ear(link);
    const far = new Ear(duplexLink(other));
    const reason = new HubError('CLOSED', 'enough');

    link.send(Buffer.alloc(3_000_000, 'x'));
    link.send(Buffer.from('bye'));
    link.close(reason);
    link.close();

    expect(await near.closed()).to.equal(reason);
    expect(await far.closed()).to.equal(undefined);
    expect(far.text).to.have.length(3_000_003).and.match(/bye$/);
  });

  it('hears nothing more once it closes but that it is closed', async () => {
    const { link, other } = await connected();
    const near = new Ear(link);
    other.write('too late');

    link.close();

    await near.closed();
    expect(near.text).to.equal('');
    expect(link.send(Buffer.from('x'))).to.equal(true);
  });

  it('does not wait for ever for one who does not read', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { link, other } = await connected();
      const near = new Ear(link);
      other.pause();
      link.send(Buffer.alloc(8_000_000));
      link.close();

      clock.tick(4999);
      const before = near.ends;
      clock.tick(1);
      await near.closed();

      expect(before).to.equal(0);
      expect(near.ends).to.equal(1);
    } finally {
      clock.restore();
    }
  });

  it('ends at once when it is destroyed', async () => {
    const { link, other } = await connected();
    const near = new Ear(link);
    const far = new Ear(duplexLink(other));
    other.pause();
    const reason = new HubError('BAD_PACKET', 'nonsense');

    link.send(Buffer.alloc(8_000_000));
    link.destroy(reason);
    other.resume();

    expect(await near.closed()).to.equal(reason);
    await far.closed();
    expect(far.text.length).to.be.below(8_000_000);
  });

  it('is told once when the other end is cut', async () => {
    const { link, other } = await connected();
    const near = new Ear(link);

    other.destroy();

    await near.closed();
    link.send(Buffer.from('anybody there?'));
    link.close();
    await new Promise(setImmediate);
    expect(near.ends).to.equal(1);
  });

  it('is told that it ended before it was open', async () => {
    const { link } = await connected();
    const reason = new HubError('CLOSED', 'never mind');

    link.destroy(reason);
    const near = new Ear(link);

    expect(await near.closed()).to.equal(reason);
  });

  it('says why nobody can be reached', async () => {
    const error = await connectLink(join(place.parent, 'nobody')).catch((error: unknown) => error);

    expect(error).to.have.property('code', 'ENOENT');
  });
});

describe('Any duplex stream as a link', () => {
  it('gives the bytes back although the stream may keep them', async () => {
    const [a, b] = pair();
    const far = new Ear(duplexLink(b));
    const link = duplexLink(a);
    const bytes = Buffer.from('one');

    link.send(bytes);
    bytes.write('two');
    link.send(bytes);

    await far.hears('onetwo');
  });

  it('ends when the other side does', async () => {
    const [a, b] = pair();
    const [near, far] = [new Ear(duplexLink(a)), new Ear(duplexLink(b))];

    near.link.close();

    await Promise.all([near.closed(), far.closed()]);
  });

  it('lets no error escape', async () => {
    const stream = new PassThrough();
    const near = new Ear(duplexLink(stream));
    const fault = new Error('short circuit');

    stream.destroy(fault);

    expect(await near.closed()).to.be.instanceOf(HubError).with.property('cause', fault);
  });
});

/** What a link says, with a promise for each thing that it may still say. */
class Ear {
  readonly link: Link;
  text = '';
  drains = 0;
  ends = 0;
  #error: HubError | undefined;
  #changed = (): void => undefined;

  constructor(link: Link) {
    this.link = link;
    link.open({
      received: (bytes) => {
        this.text += Buffer.from(bytes).toString();
        this.#changed();
      },
      drained: () => {
        this.drains++;
        this.#changed();
      },
      closed: (error) => {
        this.ends++;
        this.#error = error;
        this.#changed();
      },
    });
  }

  hears(text: string): Promise<void> {
    return this.#until(() => this.text === text);
  }

  drained(): Promise<void> {
    return this.#until(() => this.drains > 0);
  }

  async closed(): Promise<HubError | undefined> {
    await this.#until(() => this.ends > 0);
    return this.#error;
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#changed = resolve));
  }
}

/** Two streams, each of which reads what is written to the other: the very same bytes. */
function pair(): [Duplex, Duplex] {
  const [there, back] = [new PassThrough(), new PassThrough()];
  return [Duplex.from({ readable: back, writable: there }), Duplex.from({ readable: there, writable: back })];
}
