/** Which way the links of this process go, by what it tells of them: that a specification ran over a socket should not be a hope. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';

export interface Notice {
  readonly group: string;
  readonly peer: string;
  readonly via: 'socket' | 'ipc';
  readonly because?: string;
}

export class LinksTaken {
  readonly notices: Notice[] = [];

  constructor() {
    subscribe('interhub:link', this.#heard);
  }

  /** And hears no more. */
  expectAll(via: Notice['via']): void {
    this.stop();
    expect(this.notices.length).to.be.greaterThan(0);
    expect(this.notices.filter((notice) => notice.via !== via)).to.deep.equal([]);
  }

  stop(): void {
    unsubscribe('interhub:link', this.#heard);
  }

  readonly #heard = (notice: unknown): void => void this.notices.push(notice as Notice);
}
