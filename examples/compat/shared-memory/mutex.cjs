// The package's own program: all workers change one object, one at a time, and the primary listens.
const cluster = require('node:cluster');
const sharedMemory = require('interhub/compat/shared-memory');

if (cluster.isMaster) {
  sharedMemory.listen('tom', (tom) => {
    if (tom.age === 14) console.log('the primary hears that ' + tom.name + ' is 14');
  });
  sharedMemory.set('tom', { name: 'Tom', age: 10 }).then(() => {
    for (let i = 0; i < 4; i++) cluster.fork();
  });
} else {
  birthday().then(() => process.exit());
}

async function birthday() {
  await sharedMemory.mutex('tom', async () => {
    const tom = await sharedMemory.get('tom');
    await sharedMemory.set('tom', { ...tom, age: tom.age + 1 });
  });
}
