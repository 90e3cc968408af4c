/** The program of the library process. */
import { pathToFileURL } from 'node:url';
import { supervised } from '../../supervise/supervise.js';
import { LibraryClient } from './library-client.js';

const worker = supervised();

try {
  const module = (await import(pathToFileURL(process.env['LIBRARY_PATH'] ?? '').href)) as Readonly<Record<string, unknown>>;
  await new LibraryClient({ lib: exportsOf(module), process: worker }).init();
} catch (error) {
  await worker.failed(error);
}

/** Of a CommonJS file `module.exports`, of an ES module its default export if that is an object, else all its names. */
function exportsOf(module: Readonly<Record<string, unknown>>): object {
  const { default: whole } = module;
  return typeof whole === 'object' && whole !== null ? whole : module;
}
