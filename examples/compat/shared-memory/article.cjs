// The article's program: the first worker writes, the second reads.
const cluster = require('node:cluster');
const { Manager, User } = require('interhub/compat/shared-memory');

if (cluster.isMaster) {
  const sharedMemoryManager = new Manager();
  cluster.fork().on('exit', () => cluster.fork());
} else {
  const sharedMemoryUser = new User();
  if (cluster.worker.id === 1) {
    sharedMemoryUser.set('a', [0, 1, 2, 3], (result) => {
      console.log('written: ' + result);
      process.exit();
    });
  }
  if (cluster.worker.id === 2) {
    sharedMemoryUser.get('a', (data) => {
      console.log('read: ' + data);
      process.exit();
    });
  }
}
