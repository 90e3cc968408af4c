// A worker that dies with a request answers it by its death.
const cluster = require('node:cluster');
const Hub = require('interhub/compat/cluster-hub');

const hub = new Hub();

if (cluster.isMaster) {
  const worker = cluster.fork();
  hub.requestWorker(worker, 'test', {}, (err) => console.log('answered by: ' + err.message));
} else {
  hub.on('test', () => setTimeout(() => process.exit(), 100));
}
