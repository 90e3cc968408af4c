/**
 * Which way each link goes, for those who want to know: on the diagnostics channel `interhub:link`, and on stderr with
 * `NODE_DEBUG=interhub`.
 */
import { channel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';

/** What the channel tells at both ends of each link that has been opened. */
export interface LinkNotice {
  readonly group: string;
  /** Who is at the other end: `the primary`, `process 4711`. */
  readonly peer: string;
  /** By a private socket, or over the IPC channel itself, and why. */
  readonly via: 'socket' | 'ipc';
  readonly because?: string;
}

/** Why a link is on the channel where nobody wanted it elsewhere. */
export const ASKED_FOR = 'it was asked for by `via`';

const notices = channel('interhub:link');
const log = debuglog('interhub');

export function notify(notice: LinkNotice): void {
  notices.publish(notice);
  const { group, peer, via, because } = notice;
  log('the link of group "%s" to %s goes via %s%s', group, peer, via, because === undefined ? '' : `: ${because}`);
}
