import { expect } from 'chai';
import { Inbox } from '../../../src/core/star/inbox.js';
import { Introduction } from '../../../src/core/star/introduction.js';
import type { Answer } from '../../../src/core/star/introduction.js';
import type { Link } from '../../../src/core/star/link.js';
import { Outbox } from '../../../src/core/star/outbox.js';
import { KIND } from '../../../src/core/star/packet.js';
import type { Secret } from '../../../src/core/star/secret.js';
import { Turn } from '../../../src/core/star/turn.js';
import { VirtualHost } from '../../support/virtual-host.js';

const SELF = { member: { id: 'x', name: 'ann', labels: {}, pid: 1 }, epoch: 3 };
const WELCOME = { protocol: 1, epoch: 4, number: 7, members: [], outlives: true };

const secret: Secret = {
  nonce: () => 'mine',
  sign: (words) => `signed ${words}`,
  verify: (words, signature) => signature === `signed ${words}`,
};

/** An introduction to a broker that says what a test has it say. */
class Meeting {
  readonly #host = new VirtualHost();
  readonly #said: { readonly kind: number; readonly body: unknown }[] = [];
  readonly #out = this.#outbox((bytes) => new Inbox(65_536, (packet) => this.#said.push({ kind: packet.kind, body: JSON.parse(packet.text()) })).received(bytes));
  readonly #introduction: Introduction;

  constructor(known?: Secret) {
    this.#introduction = new Introduction(this.#out, SELF, known);
    this.#introduction.begin();
  }

  /** What the member has said so far. */
  get said(): readonly { readonly kind: number; readonly body: unknown }[] {
    this.#out.flush();
    return this.#said;
  }

  hears(kind: typeof KIND.welcome | typeof KIND.refused | typeof KIND.challenge | typeof KIND.bye | typeof KIND.ping, body?: unknown): Answer | undefined {
    let answer: Answer | undefined;
    const broker = this.#outbox((bytes) => new Inbox(65_536, (packet) => (answer = this.#introduction.packet(packet))).received(bytes));
    broker.control(kind, body);
    broker.flush();
    return answer;
  }

  #outbox(sent: (bytes: Uint8Array) => void): Outbox {
    const link: Link = { open() {}, close() {}, destroy() {}, send: (bytes) => (sent(bytes), true) };
    return new Outbox(link, new Turn(this.#host));
  }
}

describe('An introduction', () => {
  it('says hello, and is answered with a welcome or a refusal', () => {
    const welcomed = new Meeting();
    const refused = new Meeting();

    const welcome = welcomed.hears(KIND.welcome, WELCOME);
    const refusal = refused.hears(KIND.refused, { code: 'REFUSED', message: 'Full.' });

    expect(welcomed.said).to.deep.equal([{ kind: KIND.hello, body: { protocol: 1, ...SELF } }]);
    expect(welcome).to.deep.equal({ type: 'welcome', welcome: WELCOME });
    expect(refusal).to.deep.include({ type: 'refused' }).and.to.have.nested.property('error.code', 'REFUSED');
  });

  it('with a secret, believes a welcome only after the proof, which it answers with its own', () => {
    const hello = { protocol: 1, ...SELF, nonce: 'mine' };
    const meeting = new Meeting(secret);
    const words = (side: string): string => JSON.stringify(['interhub', side, 4, 'yours', JSON.stringify(hello)]);

    const challenged = meeting.hears(KIND.challenge, { epoch: 4, nonce: 'yours', proof: `signed ${words('broker')}` });
    const answer = meeting.hears(KIND.welcome, WELCOME);

    expect(challenged).to.equal(undefined);
    expect(meeting.said).to.deep.equal([
      { kind: KIND.hello, body: hello },
      { kind: KIND.proof, body: { proof: `signed ${words('member')}` } },
    ]);
    expect(answer).to.deep.equal({ type: 'welcome', welcome: WELCOME });
  });

  it('with a secret, distrusts a welcome without proof, and a proof that is wrong, and signs nothing for it', () => {
    const early = new Meeting(secret);
    const wrong = new Meeting(secret);

    const answers = [early.hears(KIND.welcome, WELCOME), wrong.hears(KIND.challenge, { epoch: 4, nonce: 'yours', proof: 'signed anything' })];

    for (const answer of answers) expect(answer).to.deep.include({ type: 'declined' }).and.to.have.nested.property('error.code', 'REFUSED');
    expect([...early.said, ...wrong.said].map(({ kind }) => kind)).to.deep.equal([KIND.hello, KIND.hello]);
  });

  it('has no answer from a broker that goes', () => {
    expect(new Meeting().hears(KIND.bye)).to.equal(undefined);
  });

  it('ends with a broker that cannot be understood, or asks for a secret that was not offered', () => {
    expect(() => new Meeting().hears(KIND.ping)).to.throw(/should have begun with a welcome/);
    expect(() => new Meeting().hears(KIND.welcome, { number: 'seven' })).to.throw().with.property('code', 'BAD_PACKET');
    expect(() => new Meeting().hears(KIND.challenge, { epoch: 4, nonce: 'yours', proof: '' })).to.throw(/not offered/);
  });
});
