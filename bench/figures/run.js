/** `npm run figures [-- NAME ...]`: what a group costs and how soon it goes on, measured here and now. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { death } from './death.js';
import { durability } from './durability.js';
import { entries } from './entries.js';
import { loading } from './loading.js';
import { memory } from './memory.js';
import { replica } from './replica.js';
import { stall } from './stall.js';

const FIGURES = { death, durability, entries, loading, memory, replica, stall };

const wanted = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'if-'));
try {
  for (const [name, measure] of Object.entries(FIGURES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(name);
    console.table(await measure(folder));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
