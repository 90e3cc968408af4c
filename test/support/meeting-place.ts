/** A folder of its own for each test, and what a test wants to know of it. */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private folder, removed after each test; `path` is in it, and nothing is there yet. */
export function meetingPlace(): { readonly parent: string; readonly path: string } {
  const place = { parent: '', path: '' };
  beforeEach(async () => {
    place.parent = await mkdtemp(join(tmpdir(), 'ih-'));
    place.path = join(place.parent, 'hub');
  });
  afterEach(() => rm(place.parent, { recursive: true, force: true }));
  return place;
}

/** Everything below a folder: name, mode, size and time of change, to show that nothing was touched. */
export async function inventory(path: string): Promise<readonly string[]> {
  const names = await readdir(path, { recursive: true });
  const entries = await Promise.all(
    ['', ...names].sort().map(async (name) => {
      const found = await lstat(join(path, name), { bigint: true });
      return [name, found.mode, found.size, found.ino, found.ctimeNs].join(' ');
    }),
  );
  return entries;
}
