// Messages between the primary and a worker: the package's examples/index.js, and the first program of the article.
const cluster = require('node:cluster');
const Hub = require('interhub/compat/cluster-hub');

const hub = new Hub(cluster);

if (cluster.isMaster) {
  const worker = cluster.fork();
  hub.on('master-to-master', (data) => console.log('master-to-master received: ' + data));
  hub.on('worker-to-master', (data, sender) => console.log('worker-to-master received: ' + data + ' from ' + sender.id));

  hub.sendToMaster('master-to-master', 1);
  hub.sendToWorker(worker, 'master-to-worker', 3);
} else {
  hub.on('master-to-worker', (data) => {
    console.log('master-to-worker received: ' + data);
    process.exit();
  });

  hub.sendToMaster('worker-to-master', 2);
}
