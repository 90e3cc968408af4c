/**
 * The first words on a link, at a member's end: it says who it is, and hears whether it is let in. Where it was given a
 * secret, no welcome is believed of a broker that has not proved that it knows it, and nothing but a nonce is signed before.
 */
import { HubError } from '../errors.js';
import { readChallenge, readRefusal, readWelcome } from './hello.js';
import type { Hello, Welcome } from './hello.js';
import type { Outbox } from './outbox.js';
import { KIND, PROTOCOL } from './packet.js';
import type { Reader } from './reader.js';
import { oath } from './secret.js';
import type { Secret } from './secret.js';

/** What a member says of itself. */
export type Self = Omit<Hello, 'protocol' | 'nonce'>;

export type Answer =
  | { readonly type: 'welcome'; readonly welcome: Welcome }
  /** The broker does not let it in. */
  | { readonly type: 'refused'; readonly error: HubError }
  /** This process does not go in, for who is there may be anybody, or speaks another version: it is to be told nothing more. */
  | { readonly type: 'declined'; readonly error: HubError };

export class Introduction {
  readonly #out: Outbox;
  readonly #secret: Secret | undefined;
  readonly #hello: Hello;
  /** Whether the broker knows the secret. */
  #isProved = false;

  constructor(out: Outbox, self: Self, secret: Secret | undefined) {
    this.#out = out;
    this.#secret = secret;
    this.#hello = { protocol: PROTOCOL, ...self, ...(secret === undefined ? {} : { nonce: secret.nonce() }) };
  }

  begin(): void {
    this.#out.control(KIND.hello, this.#hello);
  }

  /** `undefined`: the answer is still to come, or the end of the link. Throws what the link is to be ended with. */
  packet(packet: Reader): Answer | undefined {
    switch (packet.kind) {
      case KIND.challenge:
        return this.#challenged(packet.text());
      case KIND.welcome:
        if (this.#secret !== undefined && !this.#isProved) return distrust('did not prove that it knows the secret');
        return welcomed(packet.text());
      case KIND.refused:
        return { type: 'refused', error: readRefusal(packet.text()) };
      case KIND.bye:
      case KIND.handover:
        // The link's end follows.
        return undefined;
      default:
        throw new HubError('BAD_PACKET', `A broker began with a packet of kind ${packet.kind}; it should have begun with a welcome.`);
    }
  }

  #challenged(text: string): Answer | undefined {
    const secret = this.#secret;
    if (secret === undefined) throw new HubError('BAD_PACKET', 'A broker asked for a secret that was not offered.');
    const { epoch, nonce, proof } = readChallenge(text);
    const hello = JSON.stringify(this.#hello);
    if (!secret.verify(oath('broker', epoch, nonce, hello), proof)) return distrust('was given another secret than this process');
    this.#isProved = true;
    this.#out.control(KIND.proof, { proof: secret.sign(oath('member', epoch, nonce, hello)) });
    return undefined;
  }
}

/** Another version is an answer: to meet the same broker again would not help. */
function welcomed(text: string): Answer {
  try {
    return { type: 'welcome', welcome: readWelcome(text) };
  } catch (error) {
    if (error instanceof HubError && error.code === 'VERSION') return { type: 'declined', error };
    throw error;
  }
}

function distrust(what: string): Answer {
  return { type: 'declined', error: new HubError('REFUSED', `The broker of the group ${what}. Pass the same \`secret\` in all processes of the group.`) };
}
