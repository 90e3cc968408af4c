/**
 * What is measured. `needs` is the verb that a system must offer, `members` how many processes there are beside the hub,
 * `active` how many of them work, `pinned` that all run on one core (free placement makes latencies bimodal), `receivers`
 * who must hear a message before it counts. `figure` says which number is the cell: thousands of operations a second,
 * the median latency, the worst one, bytes a second, or the time to start. `grownFrom` names the small case of a large one.
 */
import { beside, lanes, pour, single } from './harness/drives.js';
import { bytes, order } from './harness/payload.js';

const value = order();
const KEYS = Array.from({ length: 1000 }, (_, i) => `key-${i}`);
let turn = 0;
const anyKey = () => KEYS[turn++ % KEYS.length];

const workload = (name, title, needs, drive, more = {}) => ({
  name, title, needs, drive, members: 1, active: 1, receivers: 1, every: 1024, pinned: false, figure: 'rate', short: false, ...more,
});
const short = { short: true };
const latency = { pinned: true, figure: 'latency', short: true };

const asking = [
  workload('ask-64', 'request/reply with the hub, 64 in flight', 'ask', lanes(64, (member) => member.ask(value)), short),
  workload('ask-256', 'request/reply with the hub, 256 in flight', 'ask', lanes(256, (member) => member.ask(value))),
  workload('ask-1', 'request/reply with the hub, one at a time', 'ask', single((member) => member.ask(value)), latency),
  workload('route-64', 'request/reply, member to member, 64 in flight', 'askMember', lanes(64, (member) => member.askMember(value)), { members: 2, ...short }),
  workload('route-1', 'request/reply, member to member, one at a time', 'askMember', single((member) => member.askMember(value)), { ...latency, members: 2, short: false }),
];

const telling = [
  workload('tell', 'one-way messages to the hub', 'tell', pour((member) => member.tell(value)), short),
  workload('tell-route', 'one-way messages, member to member', 'tellMember', pour((member) => member.tellMember(value)), { members: 2, ...short }),
  workload('broadcast-16', 'broadcast to 16 members, deliveries', 'broadcast', pour((member) => member.broadcast(value)), { members: 17, receivers: 16, every: 128 }),
  workload('bytes-64k', 'Buffers of 64 KB to the hub', 'tellBytes', pour(tellingBytes(65_536)), { figure: 'bytes', size: 65_536, every: 32 }),
  workload('bytes-1m', 'Buffers of 1 MB to the hub', 'tellBytes', pour(tellingBytes(1_048_576)), { figure: 'bytes', size: 1_048_576, every: 2 }),
  workload('beside-32m', 'request/reply with a member, one at a time, beside Buffers of 32 MB to the hub: the worst', 'tellBytes', beside(() => bytes(33_554_432), (member, big) => member.tellBytes(big), (member) => member.askMember(value)), { members: 2, figure: 'worst', every: 1 }),
];

const locking = [
  workload('lock-1', 'lock + unlock, alone, one at a time', 'cycle', single((member) => member.cycle('door')), latency),
  workload('lock-64', 'lock + unlock, own keys, 64 in flight', 'cycle', lanes(64, (member, lane) => member.cycle(KEYS[lane])), short),
  workload('lock-8', 'lock + unlock, 8 processes on one key', 'cycle', lanes(1, (member) => member.cycle('door')), { members: 8, active: 8, ...short }),
  workload('line-10', 'lock + unlock, a line of 10 on one key', 'cycle', lanes(10, (member) => member.cycle('door'))),
  workload('line-10k', 'lock + unlock, a line of 10 000 on one key', 'cycle', lanes(10_000, (member) => member.cycle('door')), { grownFrom: 'line-10' }),
];

const sharing = [
  workload('get-64', 'state get, 64 in flight', 'get', lanes(64, (member) => member.get(anyKey())), { before: fill(1000), ...short }),
  workload('set-64', 'state set, 64 in flight', 'set', lanes(64, (member) => member.set(anyKey(), value)), short),
  workload('add-64', 'state add, 64 in flight', 'add', lanes(64, (member) => member.add(anyKey())), short),
  workload('get-1m', 'state get, 1 000 000 keys, 64 in flight', 'get', lanes(64, (member) => member.get(`key-${(turn += 7919) % 1_000_000}`)), { before: fill(1_000_000), filled: 1_000_000, grownFrom: 'get-64' }),
];

const growing = [
  workload('crowd-128', 'request/reply, 64 in flight, beside 128 idle members', 'crowd', lanes(64, (member) => member.ask(value)), { members: 2, before: (member, index) => (index === 1 ? member.crowd(128) : undefined), grownFrom: 'ask-64' }),
];

const starting = [
  workload('start', 'start-up: import, join and first request', 'ask', async (member) => ({ ops: 1, answer: await member.ask(value) }), { figure: 'start', short: true }),
];

export const workloads = [...asking, ...telling, ...locking, ...sharing, ...growing, ...starting];

/** Keys that are there before the first operation, written by the first member. */
function fill(count) {
  return async (member, index) => {
    if (index !== 0) return;
    for (let from = 0; from < count; from += 1000) {
      await Promise.all(Array.from({ length: Math.min(1000, count - from) }, (_, i) => member.set(`key-${from + i}`, value)));
    }
  };
}

function tellingBytes(size) {
  const buffer = bytes(size);
  return (member) => member.tellBytes(buffer);
}
