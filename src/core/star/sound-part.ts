/** What is left of a journal whose writer has died, or whose machine has gone down, and what of one that is damaged. */
import { HubError } from '../errors.js';
import { viewOf } from '../bytes.js';
import { eachRecord, endOf, LAST_KIND, PRELUDE, RECORD, RECORD_AT } from './record.js';

/**
 * What a journal says, without marks and stamps: all but a cut end, and nothing where that is within a snapshot. `afterCrash`:
 * the machine has gone down since it was written. `stamped` is told of each stamp.
 * Throws `JOURNAL` when it is damaged before something that shows that it was whole. The bytes are given: they are closed up in place.
 */
export function soundPart(bytes: Uint8Array, name: string, afterCrash: boolean, stamped: (time: number) => void = () => {}): Uint8Array {
  let kept = 0;
  let isOpen = false;
  const sound = eachRecord(bytes, ({ kind, seq, start, end }) => {
    if (kind === RECORD.stamp) stamped(seq);
    if (kind >= RECORD.mark) return;
    isOpen = kind === RECORD.entries || kind === RECORD.part || (isOpen && kind !== RECORD.snapshot);
    if (kept !== start - PRELUDE) bytes.copyWithin(kept, start - PRELUDE, end);
    kept += end - start + PRELUDE;
  });
  const behind = findSound(bytes, sound + 1, afterCrash);
  if (behind === undefined) return bytes.subarray(0, isOpen ? 0 : kept);
  throw new HubError(
    'JOURNAL',
    `The journal ${name} is damaged: what lies from byte ${sound} to ${behind} cannot be read, and there is more behind it. Run \`interhub doctor PATH --salvage\` to go on without that part, or remove the folder to begin anew.`,
  );
}

/** What can be read of a damaged journal, and what cannot: from where to where. */
export function salvage(bytes: Uint8Array): { readonly sound: Uint8Array; readonly dropped: readonly (readonly [number, number])[] } {
  const parts: Uint8Array[] = [];
  const dropped: [number, number][] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + eachRecord(bytes.subarray(at));
    parts.push(bytes.subarray(at, end));
    const next = findSound(bytes, end + 1, false) ?? bytes.length;
    if (end < bytes.length) dropped.push([end, next]);
    at = next;
  }
  const sound = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    sound.set(part, at);
    at += part.length;
  }
  return { sound, dropped };
}

/** Where the next sound record begins, or the next sound mark. */
function findSound(bytes: Uint8Array, from: number, isForMarks: boolean): number | undefined {
  const view = viewOf(bytes);
  for (let at = from; at + PRELUDE <= bytes.length; at++) {
    // A cheap look before the dear one: almost no place looks like a beginning.
    const kind = view.getUint32(at + RECORD_AT.kind, true);
    const isLikely = kind === RECORD.mark ? view.getFloat64(at + RECORD_AT.seq, true) === at : kind <= LAST_KIND && !isForMarks;
    if (isLikely && endOf(bytes, view, at) !== undefined) return at;
  }
  return undefined;
}
