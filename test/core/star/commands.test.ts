import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import type { Outcome } from '../../../src/core/protocol.js';
import { Commands } from '../../../src/core/star/commands.js';
import type { Submitted } from '../../../src/core/star/vocabulary.js';

const GET: Submitted = { type: 'map.get', map: 'm', key: 'k' };
const RELEASE: Submitted = { type: 'lock.release', ticket: 7 };

function acquire(ticket: number): Submitted {
  return { type: 'lock.acquire', key: 'door', ticket, wait: true };
}

describe('Commands', () => {
  let commands: Commands;
  let heard: [string, Outcome | HubError][];

  beforeEach(() => {
    commands = new Commands();
    heard = [];
  });

  function ask(name: string, command: Submitted): number {
    return commands.add(command, (outcome) => heard.push([name, outcome]));
  }

  it('take an outcome that was left unsaid from a later one, and in order', () => {
    ask('first', acquire(1));
    ask('second', acquire(2));
    const last = ask('get', GET);

    commands.settle(last, last, { type: 'absent' });

    expect(heard).to.deep.equal([['first', { type: 'waiting' }], ['second', { type: 'waiting' }], ['get', { type: 'absent' }]]);
    expect(commands.oldest).to.equal(last + 1);
  });

  it('do not take for decided what comes after it', () => {
    const first = ask('first', acquire(1));
    ask('second', acquire(2));

    commands.decided(first);

    expect(heard).to.deep.equal([['first', { type: 'waiting' }]]);
    expect(commands.oldest).to.equal(first + 1);
  });

  it('forget what nobody waits for when it is decided, and until then say it again', () => {
    const release = commands.add(RELEASE);
    const before: [number, Submitted, boolean][] = [];
    const after: [number, Submitted, boolean][] = [];

    commands.forEach((...each) => before.push(each));
    commands.decided(release);
    commands.forEach((...each) => after.push(each));

    expect(before).to.deep.equal([[release, RELEASE, true]]);
    expect(after).to.deep.equal([]);
  });

  it('are told of nothing twice', () => {
    const first = ask('first', acquire(1));
    commands.decided(first);

    commands.decided(first);
    commands.decided(0);

    expect(heard).to.have.length(1);
  });

  it('refuse an authority that has decided what it does not tell', () => {
    const get = ask('get', GET);

    expect(() => commands.decided(get)).to.throw(HubError).with.property('code', 'BAD_PACKET');
  });

  it('may be given while others are being settled', () => {
    const first = commands.add(acquire(1), () => {
      for (let i = 0; i < 200; i++) ask(`later ${i}`, GET);
    });
    const second = ask('second', acquire(2));

    commands.settle(second, second, { type: 'granted', token: 9 });
    commands.settle(first + 2, first + 2, { type: 'absent' });

    expect(heard).to.deep.equal([['second', { type: 'granted', token: 9 }], ['later 0', { type: 'absent' }]]);
  });
});
