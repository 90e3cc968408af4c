/** Who is who in the group, as far as telling and asking need to know. */
import type { Address } from './api.js';
import type { Member } from './protocol.js';

export interface Directory {
  /** The number that an address stands for now; of several members with one name, each in turn. */
  find(address: Address): number | undefined;
  member(number: number): Member | undefined;
}

/** In place of a member's number: this member, whichever it will be. */
export const MYSELF = -1;
