import { interhub } from './interhub.js';

export const system = interhub({ name: 'interhub, fork', start: 'fork', options: ({ children }) => (children === undefined ? { transport: 'fork' } : { transport: 'fork', children }) });
