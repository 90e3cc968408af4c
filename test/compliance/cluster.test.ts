import { startCluster } from '../support/cluster-fixture.js';
import { describeTransport } from './suite.js';

describeTransport('cluster', () => startCluster());
describeTransport('cluster, over IPC', () => startCluster('ipc'));
