// Requests and their answers, in both directions.
const cluster = require('node:cluster');
const Hub = require('interhub/compat/cluster-hub');

const hub = new Hub();

if (cluster.isMaster) {
  hub.on('sum', (data, sender, callback) => callback(null, data.a + data.b));
  const worker = cluster.fork();

  hub.requestMaster('sum', { a: 5, b: 7 }, (err, sum) => console.log('Sum in master: ' + sum));
  hub.requestWorker(worker, 'mult', { a: 5, b: 7 }, (err, product) => console.log('Mult in master: ' + product));
} else {
  hub.on('mult', (data, sender, callback) => {
    callback(null, data.a * data.b);
    hub.requestMaster('sum', { a: 1, b: 2 }, (err, sum) => {
      console.log('Sum in worker: ' + sum);
      process.exit();
    });
  });
}
