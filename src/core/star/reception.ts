/**
 * Where links wait that nobody has been let in by yet. Each has so long to say a hello and, where the group has a secret, to
 * prove that it knows it; nothing else of it is read. There is room for so many, and then the one that has waited longest
 * gives way: who only comes to stay in the doorway keeps nobody out.
 */
import { HubError } from '../errors.js';
import type { Host } from '../host.js';
import type { Limits } from '../limits.js';
import type { Connection } from './connection.js';
import { readHello, readProof } from './hello.js';
import type { Challenge, Hello, Refusal } from './hello.js';
import { KIND } from './packet.js';
import type { Reader } from './reader.js';
import { oath } from './secret.js';
import type { Secret } from './secret.js';

export interface ReceptionOptions {
  readonly epoch: number;
  readonly host: Host;
  readonly limits: Limits;
  readonly secret: Secret | undefined;
  /** Somebody has said all that it has to. Throws a `HubError` to turn it away. */
  readonly letIn: (connection: Connection, hello: Hello) => void;
}

type Stage =
  | { readonly at: 'silent' }
  /** It is to sign these words. */
  | { readonly at: 'challenged'; readonly hello: Hello; readonly words: string };

interface Stranger {
  readonly patience: Disposable;
  stage: Stage;
}

export class Reception {
  readonly #options: ReceptionOptions;
  /** Whoever has waited longest comes first. */
  readonly #strangers = new Map<Connection, Stranger>();

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  enter(connection: Connection): void {
    const { host, limits } = this.#options;
    const late = new HubError('BAD_PACKET', `A link has not introduced itself within ${limits.hello} ms.`);
    this.#strangers.set(connection, { patience: host.after(limits.hello, () => connection.destroy(late)), stage: { at: 'silent' } });
    if (this.#strangers.size <= limits.strangers) return;
    const [longest] = this.#strangers.keys();
    longest?.destroy(new HubError('OVERLOADED', `${limits.strangers} links wait to be let in, the limit: the one that has waited longest gives way.`));
  }

  /** Throws what the link is to be ended with. */
  packet(connection: Connection, packet: Reader): void {
    const stranger = this.#strangers.get(connection);
    if (stranger === undefined) throw new HubError('BAD_PACKET', 'A link went on before it was let in.');
    switch (stranger.stage.at) {
      case 'silent':
        if (packet.kind !== KIND.hello) throw new HubError('BAD_PACKET', `A link began with a packet of kind ${packet.kind}; it should have begun with a hello, and waited for the answer.`);
        return this.#orRefused(connection, () => this.#heard(connection, stranger, packet.text()));
      case 'challenged': {
        const { hello, words } = stranger.stage;
        if (packet.kind !== KIND.proof) throw new HubError('BAD_PACKET', `A link answered the challenge with a packet of kind ${packet.kind}.`);
        const proof = readProof(packet.text());
        return this.#orRefused(connection, () => this.#proved(connection, hello, words, proof));
      }
    }
  }

  /** Its link has ended. */
  left(connection: Connection): void {
    this.#strangers.get(connection)?.patience[Symbol.dispose]();
    this.#strangers.delete(connection);
  }

  /** Lets all go. */
  close(): void {
    for (const connection of [...this.#strangers.keys()]) connection.close();
  }

  #heard(connection: Connection, stranger: Stranger, text: string): void {
    const { epoch, secret } = this.#options;
    const hello = readHello(text);
    if (secret === undefined) {
      if (hello.nonce !== undefined) throw new HubError('REFUSED', 'This process was given a secret, and the broker of the group was given none. Pass the same `secret` in all processes of the group, or in none.');
      return this.#letIn(connection, hello);
    }
    if (hello.nonce === undefined) throw new HubError('REFUSED', 'The group has a secret, and this process was given none. Pass the same `secret` in all processes of the group.');
    const nonce = secret.nonce();
    stranger.stage = { at: 'challenged', hello, words: oath('member', epoch, nonce, text) };
    connection.out.control(KIND.challenge, { epoch, nonce, proof: secret.sign(oath('broker', epoch, nonce, text)) } satisfies Challenge);
  }

  #proved(connection: Connection, hello: Hello, words: string, proof: string): void {
    if (this.#options.secret?.verify(words, proof) !== true) throw new HubError('REFUSED', 'This process was given another secret than the broker of the group. Pass the same `secret` in all processes of the group.');
    this.#letIn(connection, hello);
  }

  #letIn(connection: Connection, hello: Hello): void {
    this.left(connection);
    this.#options.letIn(connection, hello);
  }

  #orRefused(connection: Connection, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      refuse(connection, error);
    }
  }
}

/** Says why it is not let in, and ends the link. */
export function refuse(connection: Connection, error: HubError): void {
  connection.out.control(KIND.refused, { code: error.code, message: error.message } satisfies Refusal);
  connection.close(error);
}
