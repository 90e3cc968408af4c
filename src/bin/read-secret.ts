/** Where the program takes the secret of a group from: never from its arguments, which every user of the machine can read. */
import { readFileSync, statSync } from 'node:fs';

/** Of the file, if one is named, its first line; else `INTERHUB_SECRET`; else there is none. */
export function readSecret(file: string | undefined): string | undefined {
  if (file === undefined) return process.env['INTERHUB_SECRET'];
  const mode = statSync(file).mode & 0o077;
  if (mode !== 0 && process.platform !== 'win32') throw new Error(`Other users may read the secret in ${file}. Run: chmod 600 ${file}`);
  const [line = ''] = readFileSync(file, 'utf8').split(/\r?\n/);
  return line;
}
