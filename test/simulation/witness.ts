/** Sees all that the members see, and knows what must never be. Each finding is a sentence. */

interface Asked {
  readonly holder: string;
  readonly key: string;
  readonly askedAt: number;
  waitsSince: number | undefined;
  token: number | undefined;
  isOver: boolean;
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
  readonly #tickets = new Map<string, Asked>();
  readonly #lastToken = new Map<string, number>();
  readonly #sums: Sum[] = [];
  readonly #heard = new Map<string, number>();
  #unknownSums = 0;

  asked(holder: string, ticket: string, key: string): void {
    this.#tickets.set(ticket, { holder, key, askedAt: this.#next(), waitsSince: undefined, token: undefined, isOver: false });
  }

  waits(ticket: string): void {
    const asked = this.#tickets.get(ticket);
    if (asked !== undefined) asked.waitsSince = this.#next();
  }

  holds(ticket: string, token: number): void {
    const asked = this.#tickets.get(ticket);
    if (asked === undefined) return;
    this.grants += 1;
    for (const [name, other] of this.#tickets) {
      if (name === ticket || other.key !== asked.key || other.isOver) continue;
      if (other.token !== undefined) this.#find(`${ticket} and ${name} both hold ${asked.key}`);
      else if (other.waitsSince !== undefined && other.waitsSince < asked.askedAt) this.#find(`${ticket} has overtaken ${name} in the line of ${asked.key}`);
    }
    const last = this.#lastToken.get(asked.key) ?? 0;
    if (token <= last) this.#find(`${ticket} holds ${asked.key} by token ${token}, after one by ${last}`);
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

  heard(from: string, to: string, count: number): void {
    const pair = `${from} to ${to}`;
    const last = this.#heard.get(pair) ?? 0;
    if (count <= last) this.#find(`message ${count} from ${pair} came after ${last}`);
    this.#heard.set(pair, count);
    this.messages += 1;
  }

  /** Everybody has come to rest. `total`: what was added up in the end. */
  end(total: number): void {
    const sums = [...this.#sums].sort((a, b) => a.sum - b.sum);
    let latest = 0;
    sums.forEach(({ sum, from, to }, i) => {
      if (sum === sums[i - 1]?.sum) this.#find(`two were told that they added up to ${sum}`);
      if (to < latest) this.#find(`the sum ${sum} was told before a lower one was asked for`);
      latest = Math.max(latest, from);
    });
    if (total < sums.length || total > sums.length + this.#unknownSums) {
      this.#find(`${sums.length} additions were acknowledged and ${this.#unknownSums} may have been, and the sum is ${total}`);
    }
  }

  find(what: string): void {
    this.#find(what);
  }

  #find(what: string): void {
    this.findings.push(what);
  }

  #next(): number {
    this.#moment += 1;
    return this.#moment;
  }
}
