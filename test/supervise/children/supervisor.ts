/** A supervisor that says who its processes are, and is killed. */
import { fileURLToPath } from 'node:url';
import { supervise } from '../../../src/supervise/supervise.js';

const file = fileURLToPath(new URL('supervised-child.js', import.meta.url));
const processes = { library: { file, args: ['tell of the end', 'the library'] }, app: { file, args: ['tell of the end', 'the app'], cluster: true } };

await supervise({ processes }).ready();
console.log('all are ready');
