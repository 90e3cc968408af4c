import { join } from 'node:path';
import { interhub } from './interhub.js';

export const system = interhub({ name: 'interhub, socket', start: 'spawn', options: ({ folder }) => ({ transport: 'socket', path: join(folder, 'group') }) });
