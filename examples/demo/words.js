/** The text files of this repository, and the words in them. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export async function textFiles() {
  const folders = await Promise.all(['docs', 'examples', 'src', 'test'].map(filesIn));
  return ['README.md', ...folders.flat()].sort();
}

/** How often each word is in a file. */
export async function countWords(file) {
  const text = await readFile(join(ROOT, file), 'utf8');
  const counts = new Map();
  for (const [word] of text.toLowerCase().matchAll(/[a-z]{3,}/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

async function filesIn(folder) {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(md|js|ts)$/.test(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));
}
