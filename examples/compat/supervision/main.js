/**
 * Supervision: a library process that owns something, and a server with two workers. One worker dies and another takes its
 * place; all are renewed while requests come in; in the end, on SIGTERM, all of them are drained.
 */
import { fileURLToPath } from 'node:url';
import { supervise } from 'interhub/supervise';

const supervisor = supervise({
  processes: {
    library: { file: fileURLToPath(new URL('library.js', import.meta.url)) },
    app: { file: fileURLToPath(new URL('app.js', import.meta.url)), cluster: true, count: 2, restart: { delay: 50 } },
  },
});
const { hub } = supervisor;

hub.on('supervise.*', ({ name, signal, address }, { topic }) => {
  if (topic === 'supervise.exit' && signal !== null) console.log(`${name} has died: ${signal}`);
  if (topic === 'supervise.listening') port = address.port;
});

let port = 0;
await supervisor.ready();
console.log('all are ready');

const renewed = once('supervise.ready');
process.kill(supervisor.processes.find(({ name }) => name === 'app-1').pid, 'SIGKILL');
console.log(`${(await renewed).name} is there again`);

let isOver = false;
const asking = ask();
await supervisor.restart();
isOver = true;
const { answers, failures } = await asking;
console.log(`all processes are new; answers: ${answers > 0 ? 'many' : 'none'}, failures: ${failures}`);

process.kill(process.pid, 'SIGTERM');

async function ask() {
  const counts = { answers: 0, failures: 0 };
  while (!isOver) {
    const response = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } });
    counts[response.ok ? 'answers' : 'failures'] += 1;
    await response.text();
  }
  return counts;
}

function once(topic) {
  return new Promise((resolve) => {
    const listening = hub.on(topic, (notice) => {
      listening[Symbol.dispose]();
      resolve(notice);
    });
  });
}
