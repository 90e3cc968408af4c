/** The lines of the group, for those who look at them from outside. */
import type { LineView, TicketView } from '../api.js';
import type { Directory } from '../directory.js';
import { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';
import type { LineState, TicketState } from '../protocol.js';
import type { Authority } from './authority.js';

export class LineViews {
  readonly #authority: Authority;
  readonly #directory: Pick<Directory, 'member'>;
  readonly #keepAlive: KeepAlive;

  constructor(authority: Authority, directory: Pick<Directory, 'member'>, keepAlive: KeepAlive) {
    this.#authority = authority;
    this.#directory = directory;
    this.#keepAlive = keepAlive;
  }

  take(most: number): Promise<readonly LineView[]> {
    this.#keepAlive.begin();
    return new Promise((resolve, reject) => {
      this.#authority.submit({ type: 'lock.lines', most }, (settlement) => {
        this.#keepAlive.end();
        if (settlement instanceof HubError) reject(settlement);
        else if (settlement.type === 'lines') resolve(settlement.lines.map((line) => this.#line(line, settlement.now)));
        else reject(new HubError('BAD_PACKET', `The authority answered "${settlement.type}" when it was asked for the lines.`));
      });
    });
  }

  #line({ space, key, limit, waiting, tickets }: LineState, now: number): LineView {
    const views = (holds: boolean): readonly TicketView[] => tickets.filter(({ token }) => token > 0 === holds).map((ticket) => this.#ticket(ticket, now));
    return { space, key, waiting, holders: views(true), waiters: views(false), ...(limit === undefined ? {} : { permits: limit }) };
  }

  #ticket({ member, token, since, mode, permits, site }: TicketState, now: number): TicketView {
    return {
      member: this.#directory.member(member),
      mode,
      age: now - since,
      ...(permits === undefined ? {} : { permits }),
      ...(token === 0 ? {} : { token }),
      ...(site === undefined ? {} : { site }),
    };
  }
}
