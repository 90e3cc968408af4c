/**
 * A group of its own for each specification of a `describe`, gathered before it and closed after it; the processes behind it
 * serve all of them. It is filled by hooks of mocha, and empty outside of a specification.
 */
import type { Fixture } from './fixture.js';
import { Group } from './group.js';
import type { Gathered } from './group.js';

/** `names`: who is there already, the first as the authority. */
export function gathering<N extends string = never>(start: () => Fixture | Promise<Fixture>, ...names: readonly N[]): Gathered<N> {
  let fixture: Fixture;
  const gathered: Partial<Record<string, unknown>> & { group?: Group } = {};
  before(async () => {
    fixture = await start();
  });
  beforeEach(async () => {
    gathered.group = new Group(fixture);
    Object.assign(gathered, await gathered.group.gather(...names));
  });
  afterEach(() => gathered.group?.close());
  after(() => fixture.close());
  return gathered as Gathered<N>;
}
