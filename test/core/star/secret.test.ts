/** A star whose members share a secret: who does not know it is not let in, and is not believed. */
import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import type { Link } from '../../../src/core/star/link.js';
import { HEADER, KIND } from '../../../src/core/star/packet.js';
import { Reader } from '../../../src/core/star/reader.js';
import type { Secret } from '../../../src/core/star/secret.js';
import { star } from '../../../src/core/star/star.js';
import { MemoryPlace } from '../../../src/transports/memory.js';
import { ListeningSeat } from '../../support/listening-seat.js';
import { VirtualHost } from '../../support/virtual-host.js';

/** Signs by saying what it is and what it signs: plain to read in what went over the link. */
function plain(name: string): Secret {
  let nonces = 0;
  return {
    nonce: () => `nonce ${name} ${++nonces}`,
    sign: (words) => `${name}:${words}`,
    verify: (words, signature) => signature === `${name}:${words}`,
  };
}

interface Said {
  readonly kind: number;
  readonly text: string;
}

class Group {
  readonly host = new VirtualHost();
  readonly #place = new MemoryPlace(this.host);

  /** Resolves to what became of it. */
  async join(name: string, secret: Secret | undefined): Promise<'in' | HubError> {
    const seat = new ListeningSeat(name);
    const joining = star({ ...this.#rendezvous(), secret }, { host: this.host, limits: { hello: 1_000 } }).join(seat);
    const outcome = joining.then(() => 'in' as const, (error: HubError) => error);
    await this.host.settle();
    return outcome;
  }

  /** A link to the broker, and what is heard on it. */
  async knock(): Promise<{ readonly link: Link; readonly heard: Said[]; readonly ends: (HubError | undefined)[]; say(kind: number, body: unknown): Promise<void> }> {
    const meeting = await this.#rendezvous().meet(new AbortController().signal);
    if (meeting.role !== 'member') throw new Error('There is no broker.');
    const { link } = meeting;
    const heard: Said[] = [];
    const ends: (HubError | undefined)[] = [];
    link.open({
      received: (bytes) => {
        for (let at = 0; at < bytes.length; ) {
          const end = at + HEADER + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
          const packet = new Reader().open(bytes, at, end, true);
          heard.push({ kind: packet.kind, text: packet.text() });
          at = end;
        }
      },
      drained: () => {},
      closed: (error) => ends.push(error),
    });
    const say = (kind: number, body: unknown): Promise<void> => {
      link.send(packetOf(kind, JSON.stringify(body)));
      return this.host.settle();
    };
    return { link, heard, ends, say };
  }

  #rendezvous(): ReturnType<MemoryPlace['rendezvous']> {
    return this.#place.rendezvous();
  }
}

function packetOf(kind: number, text: string): Uint8Array {
  const body = Buffer.from(text);
  const packet = Buffer.alloc(HEADER + body.length);
  packet.writeUInt32LE(body.length, 0);
  packet[4] = kind;
  body.copy(packet, HEADER);
  return packet;
}

const hello = (more: object = {}): object => ({ protocol: 1, epoch: 0, member: { id: 'x', name: 'x', pid: 1, labels: {} }, ...more });

describe('A star with a secret', () => {
  it('lets in who knows it', async () => {
    const group = new Group();

    expect(await group.join('ann', plain('s'))).to.equal('in');
    expect(await group.join('bob', plain('s'))).to.equal('in');
  });

  it('refuses who knows another, or none, and whoever knows one where there is none, and says which side lacks it', async () => {
    const guarded = new Group();
    const open = new Group();
    await guarded.join('ann', plain('s'));
    await open.join('ann', undefined);

    const other = await guarded.join('bob', plain('t'));
    const none = await guarded.join('cid', undefined);
    const one = await open.join('bob', plain('s'));

    expect([other, none, one].map((error) => error instanceof HubError && error.code)).to.deep.equal(['REFUSED', 'REFUSED', 'REFUSED']);
    expect(String(other)).to.match(/broker of the group was given another secret than this process/);
    expect(String(none)).to.match(/this process was given none/);
    expect(String(one)).to.match(/broker of the group was given none/);
    expect(await guarded.join('dan', plain('s'))).to.equal('in');
  });

  it('refuses who cannot sign what the broker has just made up, be it the answer to an earlier challenge', async () => {
    const group = new Group();
    await group.join('ann', plain('s'));
    const first = await group.knock();
    await first.say(KIND.hello, hello({ nonce: 'mine' }));
    const [challenge] = first.heard;
    const { epoch, nonce } = JSON.parse(challenge?.text ?? '') as { readonly epoch: number; readonly nonce: string };
    const proof = plain('s').sign(JSON.stringify(['interhub', 'member', epoch, nonce, JSON.stringify(hello({ nonce: 'mine' }))]));

    const second = await group.knock();
    await second.say(KIND.hello, hello({ nonce: 'mine' }));
    await second.say(KIND.proof, { proof });
    await first.say(KIND.proof, { proof });

    expect(second.heard.map(({ kind }) => kind)).to.deep.equal([KIND.challenge, KIND.refused]);
    expect(first.heard.map(({ kind }) => kind)).to.deep.equal([KIND.challenge, KIND.welcome]);
  });

  it('does not take its own proof back as the proof of the other side', async () => {
    const group = new Group();
    await group.join('ann', plain('s'));
    const mirror = await group.knock();
    await mirror.say(KIND.hello, hello({ nonce: 'mine' }));

    const { proof } = JSON.parse(mirror.heard[0]?.text ?? '') as { readonly proof: string };
    await mirror.say(KIND.proof, { proof });

    expect(mirror.heard.at(-1)?.kind).to.equal(KIND.refused);
  });

  it('reads nothing of a stranger but its hello and its proof', async () => {
    const group = new Group();
    await group.join('ann', plain('s'));
    const early = await group.knock();
    const silent = await group.knock();

    await early.say(KIND.hello, hello({ nonce: 'mine' }));
    await early.say(KIND.command, {});
    await silent.say(KIND.hello, hello({ nonce: 'mine' }));
    const before = silent.ends.length;
    await group.host.pass(1_000);

    expect(early.ends).to.have.length(1);
    expect([before, silent.ends.length]).to.deep.equal([0, 1]);
  });

  it('is not believed by a member that knows one when it does not ask for it', async () => {
    const host = new VirtualHost();
    const place = new MemoryPlace(host);
    const meeting = await place.rendezvous().meet(new AbortController().signal);
    if (meeting.role !== 'authority') throw new Error('There is a broker.');
    meeting.accept((link) => {
      link.open({ received: () => link.send(packetOf(KIND.welcome, JSON.stringify({ protocol: 1, epoch: 1, number: 1, members: [], outlives: false }))), drained: () => {}, closed: () => {} });
    });

    const joining = star({ ...place.rendezvous(), secret: plain('s') }, { host }).join(new ListeningSeat('bob')).catch((error: unknown) => error);
    await host.settle();

    expect(await joining).to.be.instanceOf(HubError).with.property('message').that.includes('did not prove that it knows the secret');
  });

  it('never says the secret, nor the same words twice', async () => {
    const group = new Group();
    await group.join('ann', plain('s'));
    const heard: string[] = [];
    for (let i = 0; i < 2; i++) {
      const knocking = await group.knock();
      await knocking.say(KIND.hello, hello({ nonce: 'mine' }));
      heard.push((JSON.parse(knocking.heard[0]?.text ?? '') as { readonly nonce: string }).nonce);
    }

    expect(new Set(heard).size).to.equal(2);
  });
});
