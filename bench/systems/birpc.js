/** birpc over `process.send`. It joins two ends, so there is nothing between members. */
import { createBirpc } from 'birpc';

export const system = {
  name: 'birpc',
  start: 'fork',
  can: ['ask', 'tell'],
  hub({ end, children }) {
    const functions = { ask: (value) => end.answer(value), tell: (value) => end.hear(value) };
    for (const child of children) createBirpc(functions, { post: (data) => child.send(data), on: (hear) => child.on('message', hear) });
  },
  member() {
    const hub = createBirpc({}, { post: (data) => process.send(data), on: (hear) => process.on('message', hear), eventNames: ['tell'] });
    return { ask: (value) => hub.ask(value), tell: (value) => void hub.tell(value) };
  },
};
