/** A worker of the cluster act. */
import { createHub } from 'interhub';
import { countWords } from './words.js';

const hub = createHub({ transport: 'cluster' });
const words = hub.state('words');

for (let file = await hub.request('next file'); file !== undefined; file = await hub.request('next file', file)) {
  const counts = await countWords(file);
  await Promise.all([...counts].map(([word, count]) => words.add(word, count)));
}
await hub.close();
process.disconnect();
