/** Recipe: settings that change while everything runs. */
import cluster from 'node:cluster';
import { createHub } from 'interhub';

const hub = createHub({ transport: 'cluster' });
const shared = hub.state('settings');

/** Calls `use` with the settings as they are now, and again after each change. */
async function follow(use, signal) {
  let settings = new Map();
  for await (const change of shared.watch({ signal })) {
    if (change.type === 'whole') settings = new Map(change.entries);
    if (change.type === 'set') settings.set(change.key, change.value);
    if (change.type === 'delete') settings.delete(change.key);
    if (change.type === 'clear') settings.clear();
    use(settings);
  }
}

if (cluster.isPrimary) {
  await shared.set('level', 'info');
  hub.on('uses', async (level, { from }) => {
    console.log(`${from.name} uses ${level}`);
    if (level === 'info') await shared.set('level', 'debug');
  });
  cluster.fork().once('exit', () => hub.close());
} else {
  const enough = new AbortController();
  const following = follow((settings) => {
    hub.send('uses', settings.get('level'), { to: 'primary' });
    if (settings.get('level') === 'debug') enough.abort();
  }, enough.signal);
  await following.catch((error) => console.log(`the worker follows no more: ${error.name}`));
  await hub.close();
  process.disconnect();
}
