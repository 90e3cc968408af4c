/**
 * What the processes of a cluster share by key. Each key is a map of its own, with one entry: whoever listens to a key
 * hears of that one only, however much there is.
 */
import type { Hub, SharedMap } from '../../core/api.js';
import { HubError } from '../../core/errors.js';

const ENTRY = 'value';

export class Values {
  readonly #hub: Hub;
  /** Hears what listeners throw. */
  readonly #report: (error: unknown) => void;

  constructor(hub: Hub, report: (error: unknown) => void) {
    this.#hub = hub;
    this.#report = report;
  }

  get(key: string): Promise<unknown> {
    return this.#map(key).get(ENTRY);
  }

  /** What no hub can carry is kept as it always was: as JSON sees it. */
  async set(key: string, value: unknown): Promise<void> {
    try {
      await this.#map(key).set(ENTRY, value);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'UNSERIALIZABLE') throw error;
      const json: string | undefined = JSON.stringify(value);
      await this.#map(key).set(ENTRY, json === undefined ? undefined : JSON.parse(json));
    }
  }

  async remove(key: string): Promise<void> {
    await this.#map(key).delete(ENTRY);
  }

  /** Each new value from now on, in order; `undefined` when there is none any more. */
  listen(key: string, listener: (value: unknown) => unknown): Disposable {
    const changes = this.#map(key).watch();
    void this.#follow(changes, listener);
    return { [Symbol.dispose]: () => void changes.return?.() };
  }

  async #follow(changes: ReturnType<SharedMap['watch']>, listener: (value: unknown) => unknown): Promise<void> {
    try {
      for await (const change of changes) {
        if (change.type !== 'whole') this.#tell(listener, change.type === 'set' ? change.value : undefined);
      }
    } catch (error) {
      this.#report(error);
    }
  }

  #tell(listener: (value: unknown) => unknown, value: unknown): void {
    try {
      listener(value);
    } catch (error) {
      this.#report(error);
    }
  }

  #map(key: string): SharedMap {
    return this.#hub.state(`value ${key}`);
  }
}
