import { startFork } from '../support/fork-fixture.js';
import { describeTransport } from './suite.js';

describeTransport('fork', () => startFork());
describeTransport('fork, with advanced serialization', () => startFork('advanced'));
