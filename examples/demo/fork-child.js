/** A child of the fork act: stands in line when it is told to. */
import { setTimeout as pause } from 'node:timers/promises';
import { createHub } from 'interhub';

const hub = createHub({ transport: 'fork', name: process.argv[2] });

// It answers when it stands in line: what one member says reaches the authority in the order of saying.
hub.handle('stand in line', ({ hold }) => {
  void hub.lock('printer', async ({ token }) => {
    hub.broadcast('granted', token);
    if (hold === Infinity) await forever();
    await pause(hold);
  });
});
hub.handle('an answer that never comes', forever);
hub.on('stop', () => hub.close());

function forever() {
  return new Promise(() => {});
}
