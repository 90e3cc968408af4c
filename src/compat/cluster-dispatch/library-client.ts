/** The library process: its objects, called by the agents of other processes. */
import type { Hub } from '../../core/api.js';
import { supervised } from '../../supervise/supervise.js';
import type { Supervised } from '../../supervise/supervise.js';
import type { AnyFunction } from './callbacks.js';
import { Library } from './library.js';
import { loggerOf } from './logger.js';
import type { Logger } from './logger.js';
import { References } from './references.js';
import { Starter } from './starter.js';
import { INVOKE, READY, SIGNATURE } from './words.js';
import type { Invocation } from './words.js';

export interface LibraryClientOptions {
  /** What the library's file exports: objects by name. */
  readonly lib: object;
  readonly logger?: Logger;
  readonly process?: Pick<Supervised, 'hub' | 'ready'>;
}

export class LibraryClient extends Starter {
  readonly lib: object;
  readonly #hub: Hub;
  readonly #process: Pick<Supervised, 'hub' | 'ready'>;

  constructor({ lib, logger = loggerOf('library_worker:'), process = supervised() }: LibraryClientOptions) {
    super(logger);
    this.lib = lib;
    this.#process = process;
    this.#hub = process.hub;
  }

  init(): Promise<void> {
    return this.starting(this.#init());
  }

  async #init(): Promise<void> {
    const library = await Library.load(this.lib);
    const references = new References(this.#hub);
    this.#hub.handle(SIGNATURE, () => library.signature);
    this.#hub.handle<Invocation, unknown>(INVOKE, async (invocation, { from }) => {
      const { object, method, args, callback } = invocation;
      if (callback === undefined) return library.invoke(object, method, args);
      const last: AnyFunction = references.of(from, callback);
      references.listens(from, invocation, library.get(object));
      await library.invoke(object, method, [...args, last]);
      return null;
    });
    this.#hub.broadcast(READY, library.signature);
    await this.#process.ready();
  }
}
