// The cache: it forgets what was used least lately.
const cluster = require('node:cluster');
const sharedMemory = require('interhub/compat/shared-memory');

if (cluster.isMaster) {
  sharedMemory.setLRUOptions({ max: 2 });
  cluster.fork();
} else {
  (async () => {
    await sharedMemory.setLRU('a', 1);
    await sharedMemory.setLRU('b', 2);
    await sharedMemory.getLRU('a');
    await sharedMemory.setLRU('c', 3);
    console.log(await sharedMemory.getLRU('a'), await sharedMemory.getLRU('b'), await sharedMemory.getLRU('c'));
    console.log(await sharedMemory.removeLRU('a'), await sharedMemory.getLRU('a'));
    process.exit();
  })();
}
