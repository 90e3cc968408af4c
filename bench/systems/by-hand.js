/**
 * What one writes by hand over a medium that only carries messages: requests with ids, messages, routes through the hub,
 * fair locks and a map, without time-outs, errors or deaths. The media of this folder that offer no more all use it.
 */
export const BY_HAND = ['ask', 'askMember', 'tell', 'tellMember', 'broadcast', 'cycle', 'get', 'set', 'add'];

export class HubByHand {
  #end;
  #posts = [];
  #map = new Map();
  #lines = new Map();

  constructor(end) {
    this.#end = end;
  }

  /** `post` sends one message to that member. */
  join(index, post) {
    this.#posts[index] = post;
  }

  received(index, message) {
    const { type, id, to, key, value } = message;
    switch (type) {
      case 'ask': return to === undefined ? this.#reply(index, id, this.#end.answer(value)) : this.#posts[to]({ type, id, from: index, value });
      case 'answer': return this.#posts[to]({ type, id, value });
      case 'tell': return to === undefined ? this.#end.hear(value) : this.#posts[to]({ type, value });
      case 'broadcast': return this.#posts.forEach((post, other) => other !== index && post({ type: 'tell', value }));
      case 'get': return this.#reply(index, id, this.#map.get(key));
      case 'set': this.#map.set(key, value); return this.#reply(index, id);
      case 'add': {
        const sum = (this.#map.get(key) ?? 0) + 1;
        this.#map.set(key, sum);
        return this.#reply(index, id, sum);
      }
      case 'lock': return this.#lock(index, id, key);
      case 'unlock': return this.#unlock(key);
      default: throw new Error(`Nobody knows "${type}".`);
    }
  }

  #reply(index, id, value) {
    this.#posts[index]({ type: 'answer', id, value });
  }

  #lock(index, id, key) {
    const line = this.#lines.get(key);
    if (line !== undefined) return line.push({ index, id });
    this.#lines.set(key, []);
    this.#reply(index, id);
  }

  #unlock(key) {
    const next = this.#lines.get(key).shift();
    if (next === undefined) this.#lines.delete(key);
    else this.#reply(next.index, next.id);
  }
}

export class MemberByHand {
  #post;
  #end;
  #calls = new Map();
  #id = 0;

  constructor(end, post) {
    this.#end = end;
    this.#post = post;
  }

  received({ type, id, from, value }) {
    switch (type) {
      case 'answer': {
        const resolve = this.#calls.get(id);
        this.#calls.delete(id);
        return resolve(value);
      }
      case 'ask': return this.#post({ type: 'answer', id, to: from, value: this.#end.answer(value) });
      case 'tell': return this.#end.hear(value);
    }
  }

  ask(value) { return this.#call({ type: 'ask', id: ++this.#id, value }); }
  askMember(value) { return this.#call({ type: 'ask', id: ++this.#id, to: 1, value }); }
  tell(value) { this.#post({ type: 'tell', value }); }
  tellMember(value) { this.#post({ type: 'tell', to: 1, value }); }
  tellBytes(value) { this.#post({ type: 'tell', value }); }
  broadcast(value) { this.#post({ type: 'broadcast', value }); }
  get(key) { return this.#call({ type: 'get', id: ++this.#id, key }); }
  set(key, value) { return this.#call({ type: 'set', id: ++this.#id, key, value }); }
  add(key) { return this.#call({ type: 'add', id: ++this.#id, key }); }

  async cycle(key) {
    await this.#call({ type: 'lock', id: ++this.#id, key });
    this.#post({ type: 'unlock', key });
  }

  #call(message) {
    return new Promise((resolve) => {
      this.#calls.set(message.id, resolve);
      this.#post(message);
    });
  }
}
