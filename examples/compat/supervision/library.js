import { supervised } from 'interhub/supervise';

const library = supervised();

library.hub.handle('price', (fruit) => ({ apple: 2, pear: 3 })[fruit]);

await library.ready();
library.signal.addEventListener('abort', () => console.log('the library ends'));
