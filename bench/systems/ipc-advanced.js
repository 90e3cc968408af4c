import { processSend } from './ipc.js';

export const system = processSend('advanced', ['tellBytes']);
