/** Which way a link goes: the second child says that it shall be the IPC channel. */
import { fork } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createHub } from 'interhub';

const [, , via] = process.argv;
if (via === undefined) await parent();
else await child();

async function parent() {
  subscribe('interhub:link', ({ group, peer, via, because = 'as it should' }) => {
    console.log(`group ${group} meets ${peer.replace(/\d+/, 'N')} by ${via}: ${because}`);
  });
  const children = ['auto', 'ipc'].map((way) => fork(fileURLToPath(import.meta.url), [way]));
  const hub = createHub({ transport: 'fork', children });
  await Promise.all(children.map((child) => once(child, 'exit')));
  await hub.close();
}

async function child() {
  const hub = createHub({ transport: 'fork', via });
  await hub.ready();
  await hub.close();
}
