// Exclusive locks, for the primary and its worker alike.
const cluster = require('node:cluster');
const Hub = require('interhub/compat/cluster-hub');

const hub = new Hub();

if (cluster.isMaster) {
  hub.lock('foo', (unlock) => {
    console.log('foo lock in master');
    cluster.fork();
    setTimeout(unlock, 200);
  });
} else {
  hub.lock('foo', (unlock) => {
    console.log('foo lock in worker');
    setTimeout(unlock, 100);
  });

  hub.lock('bar', (unlock) => {
    console.log('bar lock in worker');
    unlock();
  });

  hub.lock('foo', (unlock) => {
    console.log('second foo lock in worker');
    unlock();
    process.exit();
  });
}
