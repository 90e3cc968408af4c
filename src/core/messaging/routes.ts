/**
 * Who listens to a topic, or handles a method: learnt once a name, by following it, and kept up to date by the authority.
 * Whoever sends chooses among them, in turn. About as many names are kept as the limit says: those used least lately
 * are forgotten, and learnt again when needed.
 */
import type { Interest } from '../protocol.js';
import type { Session } from '../transport.js';

/** In place of a member's number: there is none. */
export const NOBODY = 0;

export class Routes {
  readonly #type: Interest['type'];
  readonly #interests: Pick<Session, 'follow' | 'unfollow'>;
  readonly #limit: number;
  readonly #routes = new Map<string, Route>();

  constructor(of: 'topic' | 'method', interests: Pick<Session, 'follow' | 'unfollow'>, limit = 1_000) {
    this.#type = `${of}.listeners`;
    this.#interests = interests;
    this.#limit = limit;
  }

  /** Whose turn it is, but for one who has refused; `undefined` while that is not known yet, and `heard` will tell. */
  next(name: string, refused: number): number | undefined {
    const route = this.#route(name);
    const { members } = route;
    if (members === undefined) return undefined;
    for (let tried = 0; tried < members.length; tried += 1) {
      route.turn = route.turn + 1 < members.length ? route.turn + 1 : 0;
      const member = members[route.turn];
      if (member !== undefined && member !== refused) return member;
    }
    return NOBODY;
  }

  /** Everyone who listens; `undefined` while that is not known yet, and `heard` will tell. */
  all(name: string): readonly number[] | undefined {
    return this.#route(name).members;
  }

  /** Begins to learn a name that will be needed. */
  learn(name: string): void {
    this.#route(name);
  }

  heard(name: string, members: readonly number[]): void {
    const route = this.#routes.get(name);
    if (route !== undefined) route.members = members;
  }

  /** The group was lost: numbers mean nothing any more. Whoever holds the interests asks again. */
  lost(): void {
    for (const route of this.#routes.values()) route.members = undefined;
  }

  #route(name: string): Route {
    const known = this.#routes.get(name);
    if (known !== undefined) {
      known.wasUsed = true;
      return known;
    }
    const route: Route = { members: undefined, turn: -1, wasUsed: true };
    this.#routes.set(name, route);
    this.#interests.follow({ type: this.#type, name });
    if (this.#routes.size > this.#limit) this.#forget();
    return route;
  }

  /** A few steps of a clock hand: who was used since it last came by, or is still being learnt, is spared once more. */
  #forget(): void {
    let steps = 0;
    for (const [name, route] of this.#routes) {
      if (this.#routes.size <= this.#limit || steps === STEPS) return;
      steps += 1;
      this.#routes.delete(name);
      if (route.wasUsed || route.members === undefined) {
        route.wasUsed = false;
        this.#routes.set(name, route);
      } else {
        this.#interests.unfollow({ type: this.#type, name });
      }
    }
  }
}

const STEPS = 8;

interface Route {
  members: readonly number[] | undefined;
  /** The index of whom it was last. */
  turn: number;
  wasUsed: boolean;
}
