/** A short-named folder for the tests of one `describe`, removed after them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function temporaryFolder(): { readonly path: string } {
  const folder = { path: '' };
  before(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'ih-'));
  });
  after(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
