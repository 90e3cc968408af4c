/**
 * A child with a bare link to its parent. Its first argument names the transport, its second what it does with the link, its
 * third which way the link goes, and its fourth the group.
 */
import { clusterRendezvous } from '../../../src/transports/cluster.js';
import { forkRendezvous } from '../../../src/transports/fork.js';
import type { Link, LinkSink } from '../../../src/core/star/link.js';

const tasks: Record<string, () => Promise<void>> = {
  async 'echo'() {
    const link = await join();
    const waiting: Uint8Array[] = [];
    let mayGoOn = true;
    const goOn = (): void => {
      for (mayGoOn = true; mayGoOn && waiting.length > 0; ) mayGoOn = link.send(waiting.shift() ?? new Uint8Array());
    };
    link.open({
      received: (bytes) => {
        waiting.push(Uint8Array.from(bytes));
        if (mayGoOn) goOn();
      },
      drained: goOn,
      closed: letGo,
    });
  },

  async 'send for ever'() {
    const link = await join();
    const goOn = (): void => {
      while (link.send(Buffer.alloc(10_000)));
    };
    link.open({ ...DEAF, drained: goOn });
    goOn();
  },

  async 'say good-bye'() {
    const link = await join();
    link.open(DEAF);
    link.send(Buffer.from('good-bye'));
    link.close();
    letGo();
  },

  async 'idle'() {
    (await join()).open(DEAF);
    letGo();
  },

  async 'join, then listen for messages'() {
    (await join()).open(DEAF);
    process.on('message', (message) => process.send?.({ heard: message }));
    process.send?.('listening');
    letGo();
  },

  async 'report its end'() {
    (await join()).open({
      ...DEAF,
      closed: (error) => {
        console.log(`closed: ${error?.code}`);
        void join().catch((again: { code: string }) => console.log(`again: ${again.code}`)).finally(letGo);
      },
    });
    console.log('joined');
  },

  async 'fork a child that reports its end'() {
    const { fork } = await import('node:child_process');
    const { acceptEverybody } = await import('../../support/ipc-processes.js');
    const child = fork(process.argv[1] ?? '', ['fork', 'report its end', process.argv[4] ?? 'auto']);
    await acceptEverybody(forkRendezvous({ children: [child] }));
  },

  async 'join late'() {
    await new Promise((resolve) => process.once('message', resolve));
    await tasks['echo']?.();
  },

  async 'report why it cannot join'() {
    await join().catch((error: { code: string; message: string }) => console.log(`${error.code} ${error.message}`));
    process.exit();
  },
};

const DEAF: LinkSink = { received: () => {}, drained: () => {}, closed: () => {} };

/** A link keeps no process alive. */
const hold = setInterval(() => {}, 60_000);

function letGo(): void {
  clearInterval(hold);
}

async function join(): Promise<Link> {
  const [transport, , way, group] = process.argv.slice(2);
  const options = { via: way === 'ipc' ? 'ipc' : 'auto', ...(group === undefined ? {} : { group }) } as const;
  const rendezvous = transport === 'cluster' ? clusterRendezvous(options) : forkRendezvous(options);
  const meeting = await rendezvous.meet(new AbortController().signal);
  if (meeting.role !== 'member') throw new Error('It is no child.');
  return meeting.link;
}

await tasks[process.argv[3] ?? '']?.();
