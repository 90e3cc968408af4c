/** Sees all that the members see, and knows what must never be. Each finding begins with the number of what is broken. */
import { Estate } from '../../src/core/star/estate.js';
import type { Invariant } from './invariants.js';
import { snapshotOf } from '../support/snapshot-of.js';

interface Asked {
  readonly holder: string;
  readonly member: number;
  readonly key: string;
  readonly askedAt: number;
  waitsSince: number | undefined;
  token: number | undefined;
}

interface Sum {
  readonly from: number;
  readonly to: number;
  readonly sum: number;
}

export class Witness {
  readonly findings: string[] = [];
  grants = 0;
  messages = 0;
  #moment = 0;
  #epoch = 0;
  readonly #tickets = new Map<string, Asked>();
  readonly #lastToken = new Map<string, number>();
  #sums: Sum[] = [];
  readonly #heard = new Map<string, number>();
  readonly #expected = new Map<number, number>();
  #unknownSums = 0;
  /** Whether the group goes on whatever happens, so that nothing of what it shares may be forgotten. */
  isLasting = false;

  asked(holder: string, member: number, ticket: string, key: string): void {
    this.#tickets.set(ticket, { holder, member, key, askedAt: this.#next(), waitsSince: undefined, token: undefined });
  }

  waits(ticket: string): void {
    const asked = this.#tickets.get(ticket);
    if (asked !== undefined) asked.waitsSince = this.#next();
  }

  holds(ticket: string, token: number): void {
    const asked = this.#tickets.get(ticket);
    if (asked === undefined) return this.find('I6', `${ticket} was given up, and is granted`);
    this.grants += 1;
    for (const [name, other] of this.#tickets) {
      if (name === ticket || other.key !== asked.key) continue;
      if (other.token !== undefined) this.find('I3', `${ticket} and ${name} both hold ${asked.key}`);
      else if (other.waitsSince !== undefined && other.waitsSince < asked.askedAt) this.find('I5', `${ticket} has overtaken ${name} in the line of ${asked.key}`);
    }
    const last = this.#lastToken.get(asked.key) ?? 0;
    if (token <= last) this.find('I4', `${ticket} holds ${asked.key} by token ${token}, after one by ${last}`);
    this.#lastToken.set(asked.key, token);
    asked.token = token;
  }

  /** It was given back, given up or lost. */
  over(ticket: string): void {
    this.#tickets.delete(ticket);
  }

  died(holder: string): void {
    for (const [name, { holder: whose }] of this.#tickets) if (whose === holder) this.#tickets.delete(name);
  }

  get moment(): number {
    return this.#next();
  }

  added(from: number, sum: number): void {
    this.#sums.push({ from, to: this.#next(), sum });
  }

  /** Whether it was added cannot be known. */
  mayHaveAdded(): void {
    this.#unknownSums += 1;
  }

  swapped(expect: number, version: number): void {
    if (version <= expect) this.find('I11', `version ${version} follows ${expect}`);
    const other = this.#expected.get(expect);
    if (other !== undefined && (this.isLasting || expect !== 0)) this.find('I11', `${version} and ${other} both follow ${expect}`);
    this.#expected.set(expect, version);
  }

  heard(from: string, to: string, count: number): void {
    const pair = `${from} to ${to}`;
    const last = this.#heard.get(pair) ?? 0;
    if (count <= last) this.find('I20', `message ${count} from ${pair} came after ${last}`);
    this.#heard.set(pair, count);
    this.messages += 1;
  }

  /** A broker begins. `estate`: with what. */
  reigns(epoch: number, estate: Estate | undefined): void {
    if (epoch <= this.#epoch) this.find('I2', `epoch ${epoch} follows ${this.#epoch}`);
    this.#epoch = epoch;
    if (estate === undefined) return;
    if (this.isLasting) this.survives(estate);
    const { tickets } = estate.ledger.snapshot();
    for (const [name, { member, key, token }] of this.#tickets) {
      if (token === undefined || !estate.ledger.members.has(member)) continue;
      if (!tickets.some((ticket) => ticket.member === member && ticket.token === token)) this.find('I10', `the journal does not know that ${name} holds ${key}`);
    }
    this.#isSame(estate);
  }

  /** What was acknowledged is in what has survived. */
  survives({ ledger }: Estate): void {
    const entry = ledger.answer([...ledger.members.keys()][0] ?? 0, { type: 'map.get', map: 'm', key: 'n' }).outcome;
    const sum = entry.type === 'entry' ? Number(entry.value) : 0;
    const most = this.#sums.reduce((most, each) => Math.max(most, each.sum), 0);
    if (this.isLasting && sum < most) this.find('I10', `the sum ${most} was acknowledged, and the journal knows of ${sum}`);
  }

  /** Everything and everybody was lost. */
  forget(): void {
    this.#epoch = 0;
    this.#tickets.clear();
    this.#lastToken.clear();
    this.#expected.clear();
    this.#sums = [];
    this.#unknownSums = 0;
  }

  /** Everybody has come to rest. `total`: what was added up in the end. */
  end(total: number): void {
    const sums = [...this.#sums].sort((a, b) => a.sum - b.sum);
    let latest = 0;
    sums.forEach(({ sum, from, to }, i) => {
      if (sum === sums[i - 1]?.sum) this.find('I16', `two were told that they added up to ${sum}`);
      if (to < latest) this.find('I16', `the sum ${sum} was told before a lower one was asked for`);
      latest = Math.max(latest, from);
    });
    if (total < sums.length) this.find('I10', `${sums.length} additions were acknowledged, and the sum is ${total}`);
    if (total > sums.length + this.#unknownSums) this.find('I16', `${sums.length} additions were acknowledged and ${this.#unknownSums} may have been, and the sum is ${total}`);
  }

  find(invariant: Invariant, what: string): void {
    this.findings.push(`${invariant}: ${what}`);
  }

  /** What is read from a snapshot is what the records before it led to. */
  #isSame(estate: Estate): void {
    const again = Estate.read(snapshotOf(estate));
    const [one, other] = [estate, again].map(({ ledger }) => JSON.stringify(ledger.snapshot()));
    if (one !== other) this.find('I9', `${one} became ${other}`);
  }

  #next(): number {
    this.#moment += 1;
    return this.#moment;
  }
}
