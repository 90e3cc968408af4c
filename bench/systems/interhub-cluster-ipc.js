import { interhub } from './interhub.js';

export const system = interhub({ name: 'interhub, cluster over IPC', start: 'cluster', options: () => ({ transport: 'cluster', via: 'ipc' }) });
