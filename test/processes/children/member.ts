/** A member that does as it is told: opens hubs, runs programs with them, closes them. */
import { Socket } from 'node:net';
import { CONTROL_FD, describeError, hear, say } from '../../support/control.js';
import type { Order, Report } from '../../support/control.js';
import { HubPlace } from '../../support/place.js';

const pipe = new Socket({ fd: CONTROL_FD });
const places = new Map<number, HubPlace>();
let isLetGo = false;

// Whoever drives us has gone: nothing of ours stays behind.
pipe.on('close', () => {
  if (!isLetGo) process.exit();
});
hear(pipe, (line) => void report(line as Order & { readonly number: number }));

async function report({ number, ...order }: Order & { readonly number: number }): Promise<void> {
  try {
    answer({ number, value: await obey(order) });
  } catch (error) {
    answer(error instanceof Error ? { number, error: describeError(error) } : { number, thrown: error });
  }
}

async function obey(order: Order): Promise<unknown> {
  switch (order.type) {
    case 'open': {
      const place = new HubPlace(order.way, order.name, order.options);
      places.set(order.place, place);
      return place.hub.ready();
    }
    case 'run':
      return compiled(order.program)(places.get(order.place), ...order.args);
    case 'close':
      return places.get(order.place)?.close();
    case 'let-go':
      isLetGo = true;
      pipe.unref();
      return;
  }
}

function compiled(program: string): (...args: unknown[]) => unknown {
  return (0, eval)(`(${program})`) as (...args: unknown[]) => unknown;
}

function answer(report: Report): void {
  try {
    say(pipe, report);
  } catch (error) {
    say(pipe, { number: report.number, error: describeError(error as Error) } satisfies Report);
  }
}
