/** What agreeing needs of the seat: commands for the authority, in order, and the interest in what it tells. */
import type { Session } from '../transport.js';

export type Authority = Pick<Session, 'submit' | 'follow' | 'unfollow'>;
