/**
 * The folder in which a group meets: a real one, of this user, closed to all others, with nothing in it where a group begins.
 * On anything else it rejects with what is wrong and what to do, and has touched nothing. What others put there later
 * (a core dump, a file of the desktop) is passed over: no group ends because of it.
 */
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { HubError } from '../../core/errors.js';
import type { HubErrorCode } from '../../core/errors.js';
import { DRAFT, GENERATION } from './generations.js';
import type { Steps } from './steps.js';
import { codeOf } from './system-error.js';

/** A socket's address holds 103 bytes (macOS; Linux has 107), of which `/g123456789/s` is ours. */
const MAX_PATH_BYTES = 90;

/** Makes sure that the group can meet here. `false`: the folder is missing, and `make` is not set. */
export async function openFolder(steps: Steps, path: string, make: boolean): Promise<boolean> {
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES) {
    throw new HubError('PATH_TOO_LONG', `The path ${path.slice(0, 200)}${path.length > 200 ? '...' : ''} has ${bytes} bytes, and a socket's path leaves room for ${MAX_PATH_BYTES}. Choose a shorter one.`);
  }
  try {
    await checkParent(steps, dirname(path));
    const found = (await steps.look(path)) ?? (make ? await makeFolder(steps, path) : undefined);
    if (found === undefined) return false;
    checkFolder(path, found);
    const names = await steps.list(path);
    const foreign = names.find((name) => !isOurs(name));
    if (foreign !== undefined && !isOfAGroup(names)) {
      throw refusal('PATH_IN_USE', path, `holds "${foreign}", which is not of a group. Choose a folder that the group has for itself`);
    }
    return true;
  } catch (error) {
    throw unusable(path, error);
  }
}

/** A fault of the system on the way, as the user hears of it; other errors are passed on. */
export function unusable(path: string, error: unknown): unknown {
  if (error instanceof HubError || codeOf(error) === undefined) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new HubError('PATH_UNUSABLE', `The group cannot meet in ${path}: ${reason}. Choose a local folder that this process may write to.`, { cause: error });
}

function isOurs(name: string): boolean {
  return name === 'current' || name === 'm' || GENERATION.test(name) || DRAFT.test(name);
}

function isOfAGroup(names: readonly string[]): boolean {
  return names.includes('current') && names.some((name) => GENERATION.test(name));
}

/** Windows has no modes: who can get in is not for us to see there. */
const HAS_MODES = process.getuid !== undefined;

async function checkParent(steps: Steps, parent: string): Promise<void> {
  const there = await steps.look(parent);
  const found = there?.isSymbolicLink() === true ? await steps.look(`${parent}/.`) : there;
  if (found === undefined) {
    throw new HubError('PATH_UNUSABLE', `The folder ${parent} does not exist, so nothing can be made in it. Make it, or choose another path.`);
  }
  // Else anybody may put a folder of his own in our place.
  if (HAS_MODES && found.isDirectory() && (found.mode & 0o1002) === 0o002) {
    throw refusal('PATH_INSECURE', parent, 'is writable for all users and not sticky. Run: chmod o-w ' + parent);
  }
}

async function makeFolder(steps: Steps, path: string): Promise<Stats | undefined> {
  try {
    await steps.makeFolder(path);
  } catch (error) {
    // Another process was faster.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  return steps.look(path);
}

function checkFolder(path: string, found: Stats): void {
  if (found.isSymbolicLink()) throw refusal('PATH_UNUSABLE', path, 'is a symbolic link. Give the path that it stands for');
  if (!found.isDirectory()) throw refusal('PATH_IN_USE', path, `is a ${found.isSocket() ? 'socket' : 'file'}, and not ours. Choose a folder, or a path where nothing is yet`);
  const user = process.getuid?.();
  if (user !== undefined && found.uid !== user) {
    throw refusal('PATH_INSECURE', path, `belongs to the user ${found.uid}, and this process is of user ${user}. Choose a folder of its own`);
  }
  if (HAS_MODES && (found.mode & 0o077) !== 0) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
    throw refusal('PATH_INSECURE', path, `has mode ${mode}, so that other users could get in. Run: chmod 700 ${path}`);
  }
}

function refusal(code: HubErrorCode, path: string, what: string): HubError {
  return new HubError(code, `${path} ${what}.`);
}
