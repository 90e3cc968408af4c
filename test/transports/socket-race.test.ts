import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { Race } from '../race/race.js';
import { meetingPlace } from '../support/meeting-place.js';

describe('Processes that race for a folder', function () {
  this.timeout(60_000);
  let race: Race;

  // Before their folder goes.
  afterEach(() => race.end());
  const place = meetingPlace();

  it('have one broker at the start, and one after each that is killed: 2 processes', async () => {
    race = new Race(place.path, 'plain', 2);

    await race.settled();
    await race.killBroker();
    await race.settled();

    expect(race.overlaps()).to.deep.equal([]);
  });

  it('have one broker at the start, and one after each that is killed: 16 processes', async () => {
    race = new Race(place.path, 'plain', 16);

    await race.settled();
    for (let round = 0; round < 10; round++) {
      await race.killBroker();
      await race.settled();
    }

    expect(race.overlaps()).to.deep.equal([]);
    expect((await readdir(place.path)).filter((name) => name.startsWith('t'))).to.deep.equal([]);
  });

  it('have never two, when they pause between any two steps: 16 processes', async () => {
    race = new Race(place.path, 'jitter', 16);

    await race.settled();
    for (let round = 0; round < 6; round++) {
      await race.killBroker();
      await race.settled();
    }

    expect(race.overlaps()).to.deep.equal([]);
  });

  it('have never two, and soon one, when they die in the middle of a take-over: 16 processes', async () => {
    race = new Race(place.path, 'crash', 16);

    await race.settled();
    for (let round = 0; round < 6; round++) {
      await race.killBroker();
      race.fill();
      await race.settled();
    }

    expect(race.overlaps()).to.deep.equal([]);
  });
});
