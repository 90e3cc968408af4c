// What is exported may be an object, or a function, a promise or a generator that makes one.
const EventEmitter = require('node:events');

const demo = {
  name: 'yejiayu',
  getName() {
    return new Promise((resolve) => resolve('get name'));
  },
  *getNameByGenerator(name) {
    return yield Promise.resolve({ name });
  },
  fail() {
    throw new RangeError('no such name');
  },
};

class News extends EventEmitter {
  publish(item) {
    this.emit('item', item);
    return this.listenerCount('item');
  }
}

function* connect() {
  const address = yield Promise.resolve('127.0.0.1');
  return { getAddress: () => address };
}

module.exports = { demo, news: new News(), connection: connect };
