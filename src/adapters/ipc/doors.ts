/**
 * How a link comes about on an IPC channel, the parent's part: one door to each of its children, which lets in every link
 * that the child asks for. A child that dies takes its links with it, and its door.
 */
import type { Link } from '../../core/star/link.js';
import { post } from './channel.js';
import type { IpcChannel } from './channel.js';
import { earsOn } from './ears.js';
import type { Ears, IpcEar } from './ears.js';
import { IpcLink } from './link.js';
import { PROBE, wrappingOf } from './parcel.js';
import type { Arrived } from './parcel.js';

export class IpcDoors {
  readonly #group: string;
  readonly #onLink: (link: Link) => void;
  readonly #doors = new Map<IpcChannel, Door>();

  constructor(group: string, onLink: (link: Link) => void) {
    this.#group = group;
    this.#onLink = onLink;
  }

  /** Opens a door to a child; a child that is dead, or has one already, needs none. */
  add(child: IpcChannel): void {
    if (!child.connected || this.#doors.has(child)) return;
    this.#doors.set(child, new Door(child, this.#group, this.#onLink, () => this.#doors.delete(child)));
  }

  /** Lets no more links in. Those that are open go on. */
  close(): void {
    for (const door of this.#doors.values()) door.close();
    this.#doors.clear();
  }
}

class Door {
  readonly #child: IpcChannel;
  readonly #group: string;
  readonly #onLink: (link: Link) => void;
  readonly #onEnded: () => void;
  readonly #ears: Ears;
  readonly #ear: IpcEar;
  readonly #links = new Map<string, IpcLink>();
  #isOpen = true;

  constructor(child: IpcChannel, group: string, onLink: (link: Link) => void, onEnded: () => void) {
    this.#child = child;
    this.#group = group;
    this.#onLink = onLink;
    this.#onEnded = onEnded;
    this.#ears = earsOn(child, 'parent');
    this.#ear = { topic: group, heard: (parcel, id) => this.#heard(parcel, id), ended: () => this.#ended() };
    this.#ears.add(this.#ear);
  }

  close(): void {
    this.#isOpen = false;
    if (this.#links.size === 0) this.#ears.remove(this.#ear);
  }

  #heard(parcel: Arrived, id: string): void {
    const link = this.#links.get(id);
    if (link !== undefined) link.heard(parcel);
    else if (parcel.type === 'open' && this.#isOpen) this.#open(id, parcel.bytes);
  }

  #open(id: string, probe: unknown): void {
    const link = new IpcLink(this.#child, {
      group: this.#group,
      id,
      peer: `process ${this.#child.pid}`,
      wrapping: wrappingOf(probe),
      onEnded: () => this.#linkEnded(id),
    });
    this.#links.set(id, link);
    // Before the link is handed over: it must come before whatever is sent on it. A failure is told by the channel's end.
    post(this.#child, { interhub: 1, group: this.#group, link: id, type: 'opened', bytes: PROBE }, () => {});
    this.#onLink(link);
  }

  #linkEnded(id: string): void {
    this.#links.delete(id);
    if (!this.#isOpen) this.close();
  }

  #ended(): void {
    this.#isOpen = false;
    this.#onEnded();
    for (const link of this.#links.values()) link.cutOff();
  }
}
