/** A worker that does one thing with the shared memory, and says through it what came of it. */
import sharedMemory from '../../../src/compat/shared-memory.js';

const [, , task, detail = ''] = process.argv;

switch (task) {
  case 'hold':
    await sharedMemory.set('id', await sharedMemory.getLock('door'));
    break;
  case 'release':
    await sharedMemory.set('released', await sharedMemory.releaseLock('door', detail));
    break;
  case 'set falsy values':
    await Promise.all([sharedMemory.set('zero', 0), sharedMemory.set('empty', ''), sharedMemory.set('no', false), sharedMemory.set('null', null)]);
    await sharedMemory.set('results', [await sharedMemory.set('zero', 0), await sharedMemory.remove('nothing'), await sharedMemory.setLRU('zero', 0), await sharedMemory.getLRU('zero')]);
    break;
}
