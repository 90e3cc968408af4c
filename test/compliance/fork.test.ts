import { startFork } from '../support/fork-fixture.js';
import { describeTransport } from './suite.js';

describeTransport('fork', () => startFork());
describeTransport('fork, over IPC', () => startFork('ipc'));
describeTransport('fork, over IPC with advanced serialization', () => startFork('ipc', 'advanced'));
