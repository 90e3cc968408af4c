/** The fork transport: a parent and its children, some there from the start, one adopted later. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createHub } from 'interhub';

if (process.argv[2] === 'child') child();
else await parent();

async function parent() {
  const start = () => fork(fileURLToPath(import.meta.url), ['child']);
  const hub = createHub({ transport: 'fork', children: [start(), start()] });
  const greetings = hub.subscribe('greeting');
  await show(greetings, 2);

  hub.adopt(start());
  await show(greetings, 1);

  console.log(`members: ${[...hub.members].map(({ name }) => name.replace(/\d+/, 'N')).join(', ')}`);
  hub.broadcast('stop');
  await hub.close();
}

function child() {
  const hub = createHub({ transport: 'fork' });
  hub.on('stop', () => hub.close());
  hub.broadcast('greeting', 'hello');
}

async function show(greetings, count) {
  for (let i = 0; i < count; i++) console.log(`a child says ${(await greetings.next()).value.value}`);
}
