/** Children stand in line for a lock; the one that holds it is killed. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createHub } from 'interhub';
import { ms, say } from './narrator.js';

const NAMES = ['ann', 'bob', 'cid'];

export async function forkAct() {
  const children = new Map(NAMES.map((name) => [name, fork(fileURLToPath(new URL('fork-child.js', import.meta.url)), [name])]));
  const hub = createHub({ transport: 'fork', children: [...children.values()] });
  try {
    const granted = hub.subscribe('granted');
    await arrivals(hub);

    const printer = await hub.lock('printer');
    say('The parent holds the lock "printer". Its children come and stand in line: cid, ann, bob, ann.');
    for (const name of ['cid', 'ann', 'bob', 'ann']) await hub.request('stand in line', { hold: 20 }, { to: name });
    await printer.release();
    say(`The parent releases it. It goes to: ${(await take(granted, 4)).map(({ from }) => from.name).join(', ')}. That is the order of asking.`);

    await hub.request('stand in line', { hold: Infinity }, { to: 'ann' });
    await take(granted, 1);
    await hub.request('stand in line', { hold: 0 }, { to: 'bob' });
    const answer = hub.request('an answer that never comes', undefined, { to: 'ann' }).catch((error) => error);
    say('Now ann holds it for ever, bob waits, and the parent has asked ann something. ann is killed (SIGKILL) ...');
    const start = performance.now();
    children.get('ann').kill('SIGKILL');
    const [{ from, value: token }] = await take(granted, 1);
    say(`... ${from.name} holds the lock ${ms(start)} later, with token ${token}, higher than any before.`);
    const { code, mayHaveRun } = await answer;
    say(`The parent's request was rejected as soon: ${code}, mayHaveRun: ${mayHaveRun}.`);

    hub.broadcast('stop');
    await hub.close();
  } finally {
    for (const child of children.values()) child.kill();
  }
}

async function arrivals(hub) {
  const missing = new Set(NAMES);
  for await (const { member } of hub.members.watch()) {
    missing.delete(member.name);
    if (missing.size === 0) return;
  }
}

async function take(subscription, count) {
  const messages = [];
  while (messages.length < count) messages.push((await subscription.next()).value);
  return messages;
}
