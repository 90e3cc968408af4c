import { startSocket } from '../support/socket-fixture.js';
import { describeTransport } from './suite.js';

describeTransport('socket', startSocket);
