/** What must never be otherwise. Those with a file beside them are not the simulation's affair: that test is. */
export const INVARIANTS = {
  I1: { says: 'There is one broker at most, and nobody writes after its time.' },
  I2: { says: 'Epochs only rise.' },
  I3: { says: 'One believes to hold a lock, at most.' },
  I4: { says: 'Tokens rise from grant to grant, and none comes twice.' },
  I5: { says: 'Who was told to wait is not overtaken by one who asked later.' },
  I6: { says: 'Who has given up is not granted anything.' },
  I7: { says: 'When faults end, whoever waits is granted what it waits for.' },
  I8: { says: 'The dead hold nothing.' },
  I9: { says: 'What a journal holds, read again from its own snapshot, is the same.' },
  I10: { says: 'What was acknowledged is in the journal.' },
  I11: { says: 'Versions rise, and of those that expect one version one succeeds.' },
  I12: { says: 'Who watches is told every change once, in order, or all anew.' },
  I13: { says: 'Nothing ends before its time, and nothing is read after it.' },
  I14: { says: 'A map never holds more than it may.', file: 'core/ledger/maps-properties.test.ts' },
  I15: { says: 'A request ends once, and is handled once at most.', file: 'compliance/asking.ts' },
  I16: { says: 'A command is done once.' },
  I17: { says: 'What waits for a member is bounded.', file: 'core/star/star.test.ts' },
  I18: { says: 'When all have closed, nothing is left to happen.' },
  I19: { says: 'The same seed gives the same story.' },
  I20: { says: 'What one says to another comes once, in order.' },
  I21: { says: 'Nobody goes back to a lower epoch.' },
  I22: { says: 'When faults end, everybody sees those who are there, and hears them.' },
} as const satisfies Readonly<Record<string, { readonly says: string; readonly file?: string }>>;

export type Invariant = keyof typeof INVARIANTS;
