const agent = require('./agent/index.cjs');

(async function app() {
  console.log(await agent.demo.getName(), '/', await agent.demo.name());
  console.log(await agent.demo.getNameByGenerator('ann'), await agent.connection.getAddress());

  const heard = new Promise((resolve) => agent.news.on('item', resolve));
  await agent.news.publish('a change');
  console.log('heard:', await heard);

  await agent.demo.fail().catch((error) => console.log(error.name + ': ' + error.message));
  // All is seen: the master drains its processes, and ends.
  process.kill(process.ppid, 'SIGTERM');
})();
