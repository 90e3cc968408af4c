import { interhub } from './interhub.js';

export const system = interhub({ name: 'interhub, cluster', start: 'cluster', options: () => ({ transport: 'cluster' }) });
