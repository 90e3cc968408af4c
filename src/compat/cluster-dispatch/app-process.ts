/** The program of an app worker. It is ready when the app's own file has been loaded. */
import { pathToFileURL } from 'node:url';
import { supervised } from '../../supervise/supervise.js';
import { AppClient } from './app-client.js';

const worker = supervised();

try {
  await new AppClient({ process: worker }).init();
  await import(pathToFileURL(process.env['APP_PATH'] ?? '').href);
  await worker.ready();
} catch (error) {
  await worker.failed(error);
}
