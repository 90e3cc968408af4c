/** Programs that share nothing but a folder. The first to come is the broker; it is killed, and another takes its place. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHub } from 'interhub';
import { ms, say } from './narrator.js';

export async function socketAct() {
  const folder = await mkdtemp(join(tmpdir(), 'interhub-'));
  const path = join(folder, 'shop');
  const programs = new Map();
  // The narrator only watches: it is never the broker.
  const hub = createHub({ transport: 'socket', path, name: 'narrator', broker: 'never' });
  try {
    for (const name of ['north', 'south', 'east']) {
      programs.set(name, spawn(process.execPath, [fileURLToPath(new URL('socket-program.js', import.meta.url)), path, name], { stdio: ['ignore', 'ignore', 'inherit'] }));
      await member(hub, name);
    }
    say('Three programs have been started, each by itself: north, south and east. north came first, so it is the broker.');
    say(`south is asked for a sum, through north: 2 + 3 = ${await hub.request('sum', [2, 3], { to: 'south' })}.`);
    await hub.request('take the key', undefined, { to: 'east' });
    await hub.state('till').set('sum', 42);
    say('east holds the lock "key", and the shared map "till" has a sum of 42. north, the broker, is killed (SIGKILL) ...');

    const start = performance.now();
    const back = seatedAgain(hub);
    programs.get('north').kill('SIGKILL');
    await back;
    say(`... and ${ms(start)} later the group has met again, round a broker that was one of its members.`);
    await gone(hub, 'north');
    say(`It is: ${[...hub.members].map(({ name }) => name).sort().join(', ')}.`);
    say(`east is asked whether it still has the key: "${await hub.request('have you got the key', undefined, { to: 'east' })}"`);
    say(`The map has a sum of ${await hub.state('till').get('sum')}. What the dead broker had agreed to was in its journal.`);
    say(`south is asked again: 2 + 3 = ${await hub.request('sum', [2, 3], { to: 'south' })}. Handlers and listeners have stayed.`);

    const ends = ['south', 'east'].map((name) => once(programs.get(name), 'exit'));
    hub.broadcast('stop');
    await Promise.all(ends);
    say('The programs have been told to stop, and have ended by themselves.');
  } finally {
    await hub.close();
    for (const program of programs.values()) program.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves when somebody of that name is in the group. */
async function member(hub, name) {
  for await (const change of hub.members.watch()) if (change.type === 'joined' && change.member.name === name) return;
}

/** Resolves when nobody of that name is in the group. */
async function gone(hub, name) {
  for await (const _ of hub.members.watch()) if (hub.members.get(name) === undefined) return;
}

function seatedAgain(hub) {
  return new Promise((resolve) => {
    const listening = hub.onStatus(({ status }) => {
      if (status !== 'seated') return;
      listening[Symbol.dispose]();
      resolve();
    });
  });
}
