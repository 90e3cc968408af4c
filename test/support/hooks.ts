/**
 * Nothing stays behind: a process that a test has started and not ended fails the run, and is ended. Loaded by
 * `npm test` before the first test.
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { RootHookObject } from 'mocha';

const started = new Set<ChildProcess>();

subscribe('child_process', (message) => {
  const { process: child } = message as { readonly process: ChildProcess };
  started.add(child);
  child.once('exit', () => started.delete(child));
});

/** How long mocha may need to end by itself once all is done. */
const PATIENCE = 10_000;

export const mochaHooks: RootHookObject = {
  afterAll() {
    setTimeout(() => {
      console.error(`The tests are over, and something keeps their process alive: ${process.getActiveResourcesInfo().join(', ')}`);
      // After mocha's own word on it, which knows of no failure.
      process.on('exit', () => {
        process.exitCode = 1;
      });
      process.exit();
    }, PATIENCE).unref();

    const leftovers = [...started].filter(({ pid, exitCode, signalCode }) => pid !== undefined && exitCode === null && signalCode === null);
    for (const child of leftovers) child.kill('SIGKILL');
    if (leftovers.length > 0) throw new Error(`Tests have left processes behind: ${leftovers.map(({ pid, spawnargs }) => `${pid} (${spawnargs.join(' ')})`).join(', ')}`);
  },
};
