/**
 * `npm run demo`: the main job of interhub on real input. Processes of three kinds talk, ask, lock, share and die:
 *
 * 1. workers of a cluster count the words of this repository together,
 * 2. forked children stand in line for a lock, and one of them is killed while it holds it,
 * 3. unrelated programs meet in a folder, and the one that is their broker is killed.
 *
 * It ends by itself and leaves nothing behind.
 */
import { clusterAct } from './demo/cluster-act.js';
import { forkAct } from './demo/fork-act.js';
import { say, title } from './demo/narrator.js';
import { socketAct } from './demo/socket-act.js';

const start = performance.now();

title('1. A cluster: workers count words together');
await clusterAct();

title('2. Forked children: a lock, strictly in turn, never held by the dead');
await forkAct();

title('3. Unrelated programs: the broker dies, the group goes on');
await socketAct();

title('The end');
say(`Everything above took ${((performance.now() - start) / 1000).toFixed(1)} s. Read README.md next, then docs/guide/getting-started.md.`);
