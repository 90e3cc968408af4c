import { expect } from 'chai';
import { Clock } from '../../../src/core/star/clock.js';
import { Turn } from '../../../src/core/star/turn.js';
import { VirtualHost } from '../../support/virtual-host.js';

describe('The clock of a group', () => {
  const start = (now = 0, due = Infinity): { readonly host: VirtualHost; readonly ledger: { now: number; due: number }; readonly clock: Clock; readonly told: number[] } => {
    const host = new VirtualHost();
    const ledger = { now, due };
    const told: number[] = [];
    const clock = new Clock(host, new Turn(host), ledger, (time) => {
      told.push(time);
      ledger.now = time;
      if (ledger.due <= time) ledger.due = Infinity;
    });
    return { host, ledger, clock, told };
  };

  it('tells the time before a command, when it is another than before', async () => {
    const { host, clock, told } = start();
    clock.tick();
    await host.pass(7.5);

    clock.tick();
    clock.tick();

    expect(told).to.deep.equal([7]);
  });

  it('goes on from the time that was told last, though another did', async () => {
    const { host, clock, told } = start(10_000);
    await host.pass(5);

    clock.tick();

    expect(told).to.deep.equal([10_005]);
  });

  it('goes on from when that was written', async () => {
    const host = new VirtualHost();
    const told: number[] = [];
    const clock = new Clock(host, new Turn(host), { now: 10_000, due: Infinity }, (now) => told.push(now), 3_000.7);

    clock.tick();
    await host.pass(5);
    clock.tick();

    expect(told).to.deep.equal([13_000, 13_005]);
  });

  it('rings when something ends, also when that is earlier than what it was set for', async () => {
    const { host, ledger, clock, told } = start();
    ledger.due = 500;
    clock.arm();
    ledger.due = 100;
    clock.arm();

    await host.pass(99);
    expect(told).to.deep.equal([]);
    await host.pass(1);

    expect(told).to.deep.equal([100]);
  });

  it('looks once more when what it was set for has ended before', async () => {
    const { host, ledger, clock, told } = start();
    ledger.due = 100;
    clock.arm();
    ledger.due = 300;

    await host.pass(400);

    expect(told).to.deep.equal([100, 300]);
  });

  it('rings no more once it is stopped', async () => {
    const { host, ledger, clock, told } = start();
    ledger.due = 100;
    clock.arm();

    clock.stop();
    clock.arm();
    await host.pass(1_000);

    expect(told).to.deep.equal([]);
  });
});
