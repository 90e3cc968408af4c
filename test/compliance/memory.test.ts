import { startMemory } from '../support/memory-fixture.js';
import { describeTransport } from './suite.js';

describeTransport('memory', startMemory);
