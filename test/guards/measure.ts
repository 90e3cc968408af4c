/** What an operation costs, in counts and not in time: they are the same on a busy machine. */
import { createHook } from 'node:async_hooks';
import { CountedGroup } from './counted-group.js';
import { OPERATIONS } from './operations.js';

/** Of one operation, everywhere: at both its ends and in the broker. */
export interface Costs {
  /** Bytes of memory taken: of objects, and of buffers beside them. */
  readonly heap: number;
  readonly buffers: number;
  readonly promises: number;
  /** Calls that were put off: to the end of the turn, to the next one, to a time. */
  readonly deferred: number;
  readonly timers: number;
  /** Over the links of all members: each of these writes is a system call where the link is a socket. */
  readonly writes: number;
  readonly packets: number;
  readonly bytes: number;
}

/** How Node is to run, so that memory is counted: nothing is collected meanwhile, and no other thread decides what is optimized. */
export const NODE_FLAGS: readonly string[] = ['--expose-gc', '--predictable', '--min-semi-space-size=128', '--max-semi-space-size=128'];

const WARM = 2_000;
const COUNTED = 2_000;

/** `planted` runs once an operation, and shows in its costs. */
export async function measure(name: string, planted: () => unknown = () => {}): Promise<Costs> {
  const operation = OPERATIONS[name];
  if (operation === undefined) throw new TypeError(`There is no operation "${name}". There are: ${Object.keys(OPERATIONS).join(', ')}.`);
  const { atATime } = operation;
  const rounds = Math.ceil(COUNTED / atATime);
  const each = (count: number): number => Math.round((count / (rounds * atATime)) * 1_000) / 1_000;

  const group = new CountedGroup();
  const run = await operation.prepare(group);
  const repeat = async (count: number): Promise<void> => {
    for (let round = 0; round < count; round++) {
      for (let done = 0; done < atATime; done++) planted();
      await run();
    }
  };

  await repeat(Math.ceil(WARM / atATime));
  globalThis.gc?.();
  const traffic = { ...group.traffic };
  const memory = process.memoryUsage();
  await repeat(rounds);
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const { writes, packets, bytes } = group.traffic;
  const begun = await begunBy(() => repeat(rounds));
  await group.close();

  return {
    heap: Math.round(each(heapUsed - memory.heapUsed)),
    buffers: Math.round(each(arrayBuffers - memory.arrayBuffers)),
    promises: each(begun('PROMISE')),
    deferred: each(begun('TickObject') + begun('Immediate') + begun('Microtask')),
    timers: each(begun('Timeout')),
    writes: each(writes - traffic.writes),
    packets: each(packets - traffic.packets),
    bytes: Math.round(each(bytes - traffic.bytes)),
  };
}

/** How often what Node calls an asynchronous resource was begun. */
async function begunBy(run: () => Promise<void>): Promise<(type: string) => number> {
  const counts = new Map<string, number>();
  const hook = createHook({ init: (_, type) => void counts.set(type, (counts.get(type) ?? 0) + 1) });
  hook.enable();
  await run();
  hook.disable();
  return (type) => counts.get(type) ?? 0;
}
