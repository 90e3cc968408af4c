/**
 * The house, as rules: which part may import which (docs/architecture.md has the map).
 * `npm run check` applies them; test/architecture.test.ts makes sure that they bite.
 */

/** Small files that every part of the core may use. */
const SMALL = '^src/core/(?!hub[.]ts|hub-parts[.]ts|leaving[.]ts|seat[.]ts)[^/]+[.]ts$|^src/core/codec/';

/** Node's own modules. */
const NODE = '^(?:node:)?[a-z_]+(?:/promises)?$';

/** What lies in `from` imports nothing but itself and what is named. */
function only(name, from, ...mayImport) {
  return { name, severity: 'error', from: { path: from }, to: { pathNot: [from, ...mayImport] } };
}

/** Its members do not know each other; a folder is a member with all that is in it. */
function apart(folder) {
  return {
    name: `${folder} do not import one another`,
    severity: 'error',
    from: { path: `^src/${folder}/([^/.]+)` },
    to: { path: `^src/${folder}/`, pathNot: `^src/${folder}/$1(?:[.]ts$|/)` },
  };
}

module.exports = {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'everything is found', severity: 'error', from: {}, to: { couldNotResolve: true } },

    only('the words import nothing', '^src/core/(?:protocol|errors)[.]ts$'),
    only('the rules know the words only', '^src/core/ledger/', '^src/core/(?:protocol|numbered)[.]ts$'),
    only('small files of the core stay small', SMALL),
    only('telling and asking know the port', '^src/core/messaging/', SMALL, '^node_modules/p-queue/'),
    only('agreeing knows the port', '^src/core/agreement/', SMALL),
    only('a star carries, and does not tell, ask or agree', '^src/core/star/', '^src/core/ledger/', SMALL),
    only('a hub wires, and does not know what carries it', '^src/core/(?:hub|hub-parts|leaving|seat)[.]ts$', '^src/core/(?:messaging|agreement|services)/', SMALL),
    only('services stand on telling, asking and agreeing', '^src/core/services/', '^src/core/(?:messaging|agreement)/', SMALL, '^node_modules/p-queue/'),
    only('adapters make links', '^src/adapters/', '^src/core/star/', SMALL, NODE, '^node_modules/ws/'),
    only('transports bring members together', '^src/transports/', '^src/core/(?:star|ledger)/', '^src/adapters/', SMALL, NODE),
    apart('adapters'),
    apart('transports'),
    only('the composition root', '^src/create-hub[.]ts$', '^src/core/hub[.]ts$', '^src/transports/', SMALL, '^(?:node:)?async_hooks$'),
    only('supervision is for users of hubs', '^src/supervise/', '^src/create-hub[.]ts$', SMALL, NODE),
    only('older interfaces stand on a hub', '^src/compat/', '^src/create-hub[.]ts$', '^src/supervise/', SMALL, NODE),
    apart('compat'),
    only('the front door', '^src/index[.]ts$', '^src/create-hub[.]ts$', '^src/transports/', SMALL),
    only('the door for authors of transports', '^src/transport[.]ts$', '^src/core/star/', SMALL),
    {
      name: 'transports are loaded on demand',
      severity: 'error',
      from: { path: '^src/(?:create-hub|index)[.]ts$' },
      to: { path: '^src/transports/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody goes in through the doors',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(?:index[.]ts$|compat/|supervise/)' },
      to: { path: '^src/(?:index|create-hub|transport)[.]ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
