/** interhub over any of its transports, as its users import it. `INTERHUB` names the entry of another build, to compare two. */
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { INTERHUB } = process.env;
const built = INTERHUB === undefined ? new URL('../../dist/bundle/index.js', import.meta.url) : pathToFileURL(INTERHUB);
const compiled = new URL('../../dist/.tsbuildinfo', import.meta.url);
if (INTERHUB === undefined && statSync(built).mtimeMs < statSync(compiled).mtimeMs) throw new Error('dist/bundle is older than what was compiled last. Run `npm run build`.');
const { createHub } = await import(built.href);

export function interhub({ name, start, options }) {
  return {
    name,
    start,
    can: ['ask', 'askMember', 'tell', 'tellMember', 'tellBytes', 'broadcast', 'cycle', 'get', 'set', 'add', ...(start === 'spawn' ? ['crowd'] : [])],
    async hub(place) {
      const { end } = place;
      const hub = createHub(options(place));
      hub.handle('ask', (value) => end.answer(value));
      hub.on('tell', (value) => void end.hear(value));
      await hub.ready();
    },
    async member(place) {
      const { end, index } = place;
      const hub = createHub(options(place));
      if (index === 1) {
        hub.handle('ask member', (value) => end.answer(value));
        hub.on('tell member', (value) => void end.hear(value));
      }
      if (index > 0) hub.on('news', (value) => void end.hear(value));
      const map = hub.state('map');
      // An answer from the authority says that it knows what this member listens to.
      if (index > 0) await map.size();
      return {
        ask: (value) => hub.request('ask', value),
        askMember: (value) => hub.request('ask member', value),
        tell: (value) => hub.send('tell', value),
        tellMember: (value) => hub.send('tell member', value),
        tellBytes: (value) => hub.send('tell', value),
        broadcast: (value) => hub.broadcast('news', value),
        get: (key) => map.get(key),
        set: (key, value) => map.set(key, value),
        add: (key) => map.add(`${key}-count`),
        async cycle(key) {
          // As `using` does: given back without waiting for it, as all systems here do.
          const lock = await hub.lock(key);
          lock[Symbol.dispose]();
        },
        async crowd(count) {
          await Promise.all(Array.from({ length: count }, () => createHub(options(place)).ready()));
        },
      };
    },
  };
}
