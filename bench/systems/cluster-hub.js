/** cluster-hub, in its own words. It has no requests from worker to worker: the master asks on. */
import Hub from 'cluster-hub';

export const system = {
  name: 'cluster-hub',
  start: 'cluster',
  can: ['ask', 'askMember', 'tell', 'tellMember', 'broadcast', 'cycle'],
  hub({ end, children }) {
    const hub = new Hub();
    hub.on('ask', (value, sender, answer) => answer(null, end.answer(value)));
    hub.on('ask member', (value, sender, answer) => hub.requestWorker(children[1], 'ask', value, answer));
    hub.on('tell', (value) => end.hear(value));
    hub.on('tell member', (value) => hub.sendToWorker(children[1], 'tell', value));
  },
  member({ end }) {
    const hub = new Hub();
    hub.on('ask', (value, sender, answer) => answer(null, end.answer(value)));
    hub.on('tell', (value) => end.hear(value));
    const ask = (type, value) => new Promise((resolve, reject) => {
      hub.requestMaster(type, value, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    return {
      ask: (value) => ask('ask', value),
      askMember: (value) => ask('ask member', value),
      tell: (value) => hub.sendToMaster('tell', value),
      tellMember: (value) => hub.sendToMaster('tell member', value),
      broadcast: (value) => hub.sendToWorkers('tell', value),
      cycle: (key) => new Promise((resolve) => {
        hub.lock(key, (unlock) => {
          unlock();
          resolve();
        });
      }),
    };
  },
};
