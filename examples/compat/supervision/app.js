import http from 'node:http';
import { supervised } from 'interhub/supervise';

const server = http.createServer(async (request, response) => {
  const price = await app.hub.request('price', 'pear');
  response.end(`a pear costs ${price}`);
});

const app = supervised({
  // What is being answered is answered; nothing new comes in.
  stop: () => new Promise((resolve) => server.close(resolve)),
});

// Port 0: one free port, which all workers share.
server.listen(0, '127.0.0.1', () => app.ready());
