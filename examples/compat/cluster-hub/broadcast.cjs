// To all workers: what one of them says reaches all the others, and not the primary.
const cluster = require('node:cluster');
const Hub = require('interhub/compat/cluster-hub');

const hub = new Hub();

if (cluster.isMaster) {
  const workers = [cluster.fork(), cluster.fork(), cluster.fork()];
  let heard = 0;
  hub.on('news', () => console.log('never: the primary is no worker'));
  hub.on('heard', () => {
    heard += 1;
    // Three have heard the primary; then two have heard the first of them.
    if (heard === 3) hub.sendToWorker(workers[0], 'pass it on');
    if (heard === 5) hub.sendToWorkers('end');
  });
  hub.sendToWorkers('news', 'from the master');
} else {
  const { id } = cluster.worker;
  hub.on('news', (news) => {
    console.log('worker ' + id + ' hears news ' + news);
    hub.sendToMaster('heard');
  });
  hub.on('pass it on', () => hub.sendToWorkers('news', 'from worker ' + id));
  hub.on('end', () => process.exit());
}
