/** The options of services and singletons, checked where they come in. */
import { checkCount, checkBoolean, checkDuration, checkFunction, checkSignal, describe } from '../arguments.js';
import { checkOptions } from '../options.js';
import type { OptionNames } from '../options.js';
import type { Bounds, ExposeOptions, ServiceOptions, SingletonOptions } from '../services-api.js';

/** How an object is exposed, whatever way it was said. */
export interface CheckedExposing {
  /** Absent: its own and class methods. */
  readonly methods: readonly string[] | undefined;
  readonly bounds: Bounds | undefined;
  readonly perMethod: readonly (readonly [method: string, bounds: Bounds])[];
  readonly serial: boolean;
}

/** Whatever object it is for. */
interface Exposing extends Bounds {
  readonly methods?: unknown;
  readonly serial?: boolean;
}

type Standing = Exposing & ServiceOptions & { readonly stop?: unknown };

export function checkObject(object: unknown): asserts object is object {
  if (object instanceof Promise) throw new TypeError('A service is an object with methods, not a promise of one: await it first.');
  if (typeof object !== 'object' || object === null) throw new TypeError(`A service is an object with methods, not ${describe(object)}.`);
}

export function checkExposing(options: Exposing): CheckedExposing {
  checkOptions<Exposing>('hub.expose()', options, EXPOSE);
  return exposing(options);
}

export function checkService(options: ServiceOptions): void {
  checkOptions('hub.service()', options, SERVICE);
  checkPatience(options);
}

export function checkSingleton(options: Standing): CheckedExposing {
  checkOptions<Standing>('hub.singleton()', options, SINGLETON);
  checkPatience(options);
  if (options.stop !== undefined) checkFunction('stop', options.stop);
  return exposing(options);
}

const BOUNDS: OptionNames<Bounds> = { concurrency: true, queue: true };
const EXPOSE: OptionNames<ExposeOptions> = { ...BOUNDS, methods: true, serial: true };
const SERVICE: OptionNames<ServiceOptions> = { timeout: true, waitFor: true, signal: true };
const SINGLETON: OptionNames<SingletonOptions> = { ...EXPOSE, ...SERVICE, stop: true };

function checkPatience({ timeout, waitFor, signal }: ServiceOptions): void {
  if (timeout !== undefined) checkDuration('timeout', timeout);
  if (waitFor !== undefined) checkDuration('waitFor', waitFor);
  if (signal !== undefined) checkSignal(signal);
}

function exposing({ methods, concurrency, queue, serial = false }: Exposing): CheckedExposing {
  checkBoolean('serial', serial);
  const bounds = { ...(concurrency === undefined ? {} : { concurrency }), ...(queue === undefined ? {} : { queue }) };
  checkBounds(bounds, serial);
  const isBound = concurrency !== undefined || serial;
  if (serial && concurrency !== undefined) throw new TypeError('A `serial` service runs one call at a time: leave out `concurrency`.');
  return { methods: namesOf(methods), bounds: isBound ? bounds : undefined, perMethod: boundsOf(methods), serial };
}

function namesOf(methods: unknown): readonly string[] | undefined {
  if (methods === undefined) return undefined;
  if (typeof methods !== 'object' || methods === null) throw new TypeError(`\`methods\` is an array of names, or an object with bounds by name, not ${describe(methods)}.`);
  return Array.isArray(methods) ? (methods as readonly string[]) : Object.keys(methods);
}

function boundsOf(methods: unknown): readonly (readonly [string, Bounds])[] {
  if (methods === undefined || Array.isArray(methods)) return [];
  const each = Object.entries(methods as Readonly<Record<string, Bounds>>);
  for (const [name, bounds] of each) {
    checkOptions(`the method "${name}"`, bounds, BOUNDS);
    checkBounds(bounds, false);
  }
  return each.filter(([, { concurrency }]) => concurrency !== undefined);
}

/** `isBound`: the calls wait for something already. */
function checkBounds({ concurrency, queue }: Bounds, isBound: boolean): void {
  if (concurrency !== undefined) checkCount('concurrency', concurrency);
  if (queue === undefined) return;
  if (queue !== 0) checkCount('queue', queue);
  if (concurrency === undefined && !isBound) throw new TypeError('`queue` is how many calls wait for their turn, and without `concurrency` none does.');
}
