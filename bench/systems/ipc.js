/** `process.send` and nothing else, with either of Node's two serializations. */
import { BY_HAND, HubByHand, MemberByHand } from './by-hand.js';

export function processSend(serialization, more = []) {
  return {
    name: `process.send, ${serialization}`,
    start: 'fork',
    serialization,
    can: [...BY_HAND, ...more],
    hub({ end, children }) {
      const hub = new HubByHand(end);
      children.forEach((child, index) => {
        hub.join(index, (message) => child.send(message));
        child.on('message', (message) => hub.received(index, message));
      });
    },
    member({ end }) {
      const member = new MemberByHand(end, (message) => process.send(message));
      process.on('message', (message) => member.received(message));
      return member;
    },
  };
}
