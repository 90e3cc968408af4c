/**
 * How a link comes about on an IPC channel, the parent's part: one door to each of its children, which lets in every link
 * that the child asks for, by a road if both can. A child that dies takes its links with it, and its door.
 */
import { HubError } from '../../core/errors.js';
import type { Link } from '../../core/star/link.js';
import { post } from './channel.js';
import type { IpcChannel } from './channel.js';
import { earsOn } from './ears.js';
import type { Ears, IpcEar } from './ears.js';
import { IpcLink } from './link.js';
import { ASKED_FOR, notify } from './notices.js';
import { PROBE, wrappingOf } from './parcel.js';
import type { Arrived, Parcel } from './parcel.js';
import type { Roads } from './roads.js';

export interface DoorOptions {
  readonly group: string;
  /** Without them all links are on the channel. */
  readonly roads: Roads | undefined;
  readonly onLink: (link: Link) => void;
}

export class IpcDoors {
  readonly #options: DoorOptions;
  readonly #doors = new Map<IpcChannel, Door>();

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** Opens a door to a child; a child that is dead, or has one already, needs none. */
  add(child: IpcChannel): void {
    if (!child.connected || this.#doors.has(child)) return;
    this.#doors.set(child, new Door(child, this.#options, () => this.#doors.delete(child)));
  }

  /** Lets no more links in. Those that are open go on. */
  close(): void {
    for (const door of this.#doors.values()) door.close();
    this.#doors.clear();
  }
}

/** How far a link has come. */
type Visit =
  /** The child was asked to lay a road. `probe` is what it sent to show how its channel carries bytes. */
  | { readonly at: 'called'; readonly probe: unknown }
  | { readonly at: 'coming'; readonly probe: unknown }
  | { readonly at: 'on the channel'; readonly link: IpcLink }
  | { readonly at: 'on the road'; readonly link: Link };

/** How long what was said on a road may take to come in after the end of the channel: the child ends the road by itself, if it can. */
const LAST_WORDS = 1_000;

class Door {
  readonly #child: IpcChannel;
  readonly #options: DoorOptions;
  readonly #onEnded: () => void;
  readonly #peer: string;
  readonly #ears: Ears;
  readonly #ear: IpcEar;
  readonly #visits = new Map<string, Visit>();
  #isOpen = true;

  constructor(child: IpcChannel, options: DoorOptions, onEnded: () => void) {
    this.#child = child;
    this.#options = options;
    this.#onEnded = onEnded;
    this.#peer = `process ${child.pid}`;
    this.#ears = earsOn(child, 'parent');
    this.#ear = { topic: options.group, heard: (parcel, id) => this.#heard(parcel, id), ended: () => this.#ended() };
    this.#ears.add(this.#ear);
  }

  close(): void {
    this.#isOpen = false;
    for (const [id, { at }] of this.#visits) if (at === 'called' || at === 'coming') this.#visits.delete(id);
    if (this.#visits.size === 0) this.#ears.remove(this.#ear);
  }

  #heard(parcel: Arrived, id: string): void {
    const visit = this.#visits.get(id);
    if (visit?.at === 'on the channel') return visit.link.heard(parcel);
    switch (parcel.type) {
      case 'open':
        return this.#asked(id, parcel, visit);
      case 'laid':
        if (visit?.at === 'called') void this.#come(id, visit.probe, parcel.bytes);
        return;
      case 'close':
        return this.#leave(id, visit);
    }
  }

  #asked(id: string, { bytes, because }: Arrived, visit: Visit | undefined): void {
    if (!this.#isOpen) return;
    if (this.#options.roads === undefined) return this.#open(id, bytes, ASKED_FOR);
    if (because !== undefined) {
      // What it laid did not bring us together. It has said nothing there.
      this.#leave(id, visit);
      return this.#open(id, bytes, String(because));
    }
    if (visit !== undefined) return;
    this.#visits.set(id, { at: 'called', probe: bytes });
    this.#say(id, 'lay', '');
  }

  async #come(id: string, probe: unknown, place: unknown): Promise<void> {
    const coming: Visit = { at: 'coming', probe };
    this.#visits.set(id, coming);
    const isAwaited = (): boolean => this.#visits.get(id) === coming;
    try {
      const link = await this.#options.roads?.take(String(place), id, () => this.#roadEnded(id));
      if (link === undefined) return;
      if (!isAwaited()) return link.destroy(new HubError('CLOSED', 'Nobody is waiting for this link any more.'));
      this.#visits.set(id, { at: 'on the road', link });
      notify({ group: this.#options.group, peer: this.#peer, via: 'socket' });
      this.#options.onLink(link);
    } catch (error) {
      if (isAwaited()) this.#open(id, probe, error instanceof Error ? error.message : String(error));
    }
  }

  #open(id: string, probe: unknown, because: string): void {
    const { group, onLink } = this.#options;
    const link = new IpcLink(this.#child, { group, id, peer: this.#peer, wrapping: wrappingOf(probe), onEnded: () => this.#left(id) });
    this.#visits.set(id, { at: 'on the channel', link });
    notify({ group, peer: this.#peer, via: 'ipc', because });
    // Before the link is handed over: it must come before whatever is sent on it.
    this.#say(id, 'opened', PROBE, because);
    onLink(link);
  }

  /** The child has given up what it had of this link. */
  #leave(id: string, visit: Visit | undefined): void {
    if (visit === undefined) return;
    this.#left(id);
    if (visit.at === 'on the road') visit.link.destroy(new HubError('LOST', `${this.#peer} has given up the link.`));
  }

  #roadEnded(id: string): void {
    if (this.#visits.get(id)?.at === 'on the road') this.#left(id);
  }

  #left(id: string): void {
    this.#visits.delete(id);
    if (!this.#isOpen) this.close();
  }

  #ended(): void {
    this.#isOpen = false;
    this.#onEnded();
    const visits = [...this.#visits.values()];
    this.#visits.clear();
    for (const visit of visits) {
      if (visit.at === 'on the channel') visit.link.cutOff();
      if (visit.at === 'on the road') this.#hearOut(visit.link);
    }
  }

  #hearOut(link: Link): void {
    const timer = setTimeout(() => link.destroy(new HubError('LOST', `The IPC channel to ${this.#peer} has closed.`)), LAST_WORDS);
    timer.unref();
  }

  /** A failure is told by the channel's end. */
  #say(id: string, type: Parcel['type'], bytes: Parcel['bytes'], because?: string): void {
    const parcel = { interhub: 1, group: this.#options.group, link: id, type, bytes } as const;
    post(this.#child, because === undefined ? parcel : { ...parcel, because }, () => {});
  }
}
