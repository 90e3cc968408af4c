/** The parent of a group dies, and with it the group: its children are told, and can end in peace. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const PARENT_OF_TWO = fileURLToPath(new URL('./children/parent-of-two.js', import.meta.url));

describe('Children whose parent was killed', () => {
  it('lose what they held and asked for, hear why, and end by themselves', async () => {
    const parent = spawn(process.execPath, [PARENT_OF_TWO], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: Record<string, unknown>[] = [];

    // The stream ends when the last process that holds it has ended.
    for await (const line of createInterface({ input: parent.stdout })) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      if (entry['ready'] === true) parent.kill('SIGKILL');
      else said.push(entry);
    }

    expect(said).to.have.length(2);
    for (const entry of said) {
      expect(entry).to.include({ code: 'UNAVAILABLE', isAborted: true, request: 'LOST', later: 'UNAVAILABLE' });
      expect(entry['message']).to.match(/parent/);
    }
  });
});
