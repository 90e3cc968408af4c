/**
 * The far side of every workload, the same in every system: it answers a request with a value like the one it got, and
 * counts what it hears. Each `every` messages it says how many there were, so that the teller knows what has arrived.
 */
export class End {
  #line;
  #every;
  #heard = 0;

  constructor(line, every) {
    this.#line = line;
    this.#every = every;
  }

  answer(value) {
    return value;
  }

  hear(value) {
    if (value === undefined || value === null) throw new Error('A message arrived without its value.');
    if (++this.#heard % this.#every === 0) this.#line.say({ heard: this.#heard });
  }
}
