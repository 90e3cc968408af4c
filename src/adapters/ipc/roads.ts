/**
 * PORT. A road is a link beside the IPC channel on which two processes have met: one that carries several times as much.
 * The child lays it and the parent takes it, before the first packet, so that nothing has to move from one to the other.
 */
import type { Link } from '../../core/star/link.js';

export interface Roads {
  /**
   * The child's part. Resolves when the parent may come; rejects with the reason why there can be no road, or with the
   * signal's. Whoever comes has to show the token. `onEnded` is called when a link that has come ends.
   */
  lay(token: string, signal: AbortSignal, onEnded: () => void): Promise<Road>;
  /** The parent's part: resolves when the child will hear it, rejects with the reason why it cannot come. */
  take(place: string, token: string, onEnded: () => void): Promise<Link>;
}

export interface Road {
  /** Where the parent finds it. */
  readonly place: string;
  /** Resolves when the parent has come; rejects with the reason of the signal, or why nobody can come. Then nothing is left at the place. */
  readonly link: Promise<Link>;
}
