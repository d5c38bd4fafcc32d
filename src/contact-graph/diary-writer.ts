import { DiaryPacker, RECORD_WORDS } from './diary.js';
import type { LabelOf } from './instances.js';
import type { Tx } from './neo4j.js';
import { Words } from './packed.js';
import type { DiaryChange } from './row-changes.js';

/**
 * Writes the changes of one writer of diaries: appends bytes to them, and creates those that are missing. Numbers are
 * sent as plain JavaScript numbers, as for slots.
 */
export async function writeDiaries(
  tx: Tx,
  label: LabelOf,
  changes: ReadonlyMap<number, readonly DiaryChange[]>,
): Promise<void> {
  if (changes.size === 0) return;
  const appends: unknown[] = [];
  let count = 0;
  for (const records of changes.values()) count += records.length;
  const words = new Words(count * RECORD_WORDS);
  for (const [key, records] of changes) {
    const packer = new DiaryPacker(key, words);
    for (const { state, place, segment, open, seatRow, event } of records) {
      const { from, to } = segment ?? { from: 0, to: 0 };
      packer.add({ key: state.key, number: state.number, event, place, from, to, imputed: open, seatRow });
    }
    appends.push([key, packer.bytes()]);
  }
  await tx.run(
    `UNWIND $appends AS row MERGE (d:${label('Diary')} {key: toInteger(row[0])})
     SET d.packed = coalesce(d.packed + row[1], row[1]), d.length = coalesce(d.length, 0) + size(row[1])`,
    { appends },
  );
}
