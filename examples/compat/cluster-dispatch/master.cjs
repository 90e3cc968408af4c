// The program of the package's README: one library process, and an app worker that calls its objects.
const { Master } = require('interhub/compat/cluster-dispatch');

const quiet = { info() {}, error() {} };
const master = new Master({ baseDir: __dirname, appPath: 'app.cjs', libraryPath: 'agent/lib/index.cjs', appWorkerCount: 1, logger: quiet });
master.on('error', (error) => console.error(error));

(async function initMaster() {
  await master.init();
  console.log('all are ready');
})().catch((error) => console.error(error));
