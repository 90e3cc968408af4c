import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, WitnessBook } from './witness.js';

describe('The witness of the chaos', () => {
  let folder: string;
  let path: string;
  let ann: WitnessBook;
  let bob: WitnessBook;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ic-'));
    path = join(folder, 'witness');
    [ann, bob] = [new WitnessBook(path, 'ann'), new WitnessBook(path, 'bob')];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds nothing where one comes after the other', () => {
    ann.enters('door', 1);
    ann.leaves('door', 1, false);
    bob.enters('door', 2);
    ann.enters('gate', 3);

    expect(judge(path)).to.deep.equal({ grants: 3, findings: [] });
  });

  it('finds two that hold one lock', () => {
    ann.enters('door', 1);
    bob.enters('door', 2);

    expect(judge(path).findings).to.deep.equal(['door: bob entered by 2 while ann was in it by 1']);
  });

  it('finds a token that does not rise', () => {
    ann.enters('door', 2);
    ann.leaves('door', 2, false);
    bob.enters('door', 2);

    expect(judge(path).findings).to.deep.equal(['door: bob entered by 2 after ann by 2']);
  });

  it('lets the killed go when they are killed', () => {
    ann.enters('door', 1);
    ann.kills('ann');
    bob.enters('door', 2);

    expect(judge(path).findings).to.deep.equal([]);
  });

  it('knows that who is about to be killed may still enter', () => {
    ann.kills('ann');
    ann.enters('door', 1);
    bob.enters('door', 2);

    expect(judge(path).findings).to.deep.equal([]);
  });

  it('does not take an old group and a new one for one, when the folder was removed', () => {
    ann.enters('door', 1);
    ann.removes();
    bob.enters('door', 2);

    expect(judge(path).findings).to.deep.equal([]);
  });
});
