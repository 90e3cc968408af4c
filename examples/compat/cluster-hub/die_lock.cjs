// A worker that dies with a lock leaves it to the next.
const cluster = require('node:cluster');
const Hub = require('interhub/compat/cluster-hub');

const hub = new Hub();

if (cluster.isMaster) {
  cluster.fork();
  cluster.fork();
} else {
  hub.lock('foo', () => {
    console.log('a worker has locked foo');
    process.exit();
  });
}
