/** memored: a map in the cluster's primary. */
import memored from 'memored';

export const system = {
  name: 'memored',
  start: 'cluster',
  can: ['get', 'set'],
  hub() {
    memored.setup({ logger: { log() {}, warn() {} } });
  },
  member() {
    return {
      get: (key) => new Promise((resolve, reject) => { memored.read(key, (error, value) => (error ? reject(error) : resolve(value))); }),
      set: (key, value) => new Promise((resolve, reject) => { memored.store(key, value, (error) => (error ? reject(error) : resolve())); }),
    };
  },
};
