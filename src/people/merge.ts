import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { refused } from '../kernel/errors.js';
import { MERGED_OTHERWISE, ONE_RECORD, PHONE_WOULD_BE_LOST } from './problems.js';
import { personStream } from './events.js';
import { personDecider, type PersonState } from './person.js';

/**
 * Takes two records for one person.
 * @returns whether it says anything new.
 * @throws Refused when the two cannot be merged.
 */
export async function merge(store: EventStore, record: string, into: string, provenance: Provenance): Promise<boolean> {
  if (record === into) throw refused(ONE_RECORD, `${record} cannot be merged into itself.`);
  const merged = await stateOf(store, record);
  const counting = await stateOf(store, into);
  for (let at = counting; at.mergedInto !== null; at = await stateOf(store, at.mergedInto)) {
    if (at.mergedInto === record) {
      throw refused(
        MERGED_OTHERWISE,
        `${into} is merged into ${record} already.`,
        `Separate them first: npx truyvet people unmerge ${into}`,
      );
    }
  }
  if (merged.registered?.phone && !counting.registered?.phone) {
    throw refused(
      PHONE_WOULD_BE_LOST,
      `${record} has a phone and ${into} has none: the person could not receive messages any more.`,
      `Merge the other way round (npx truyvet people merge ${into} --into ${record}), or import the phone for ${into}.`,
    );
  }
  // The link comes first, so that readers of the merge also find this record from the other one.
  const link = { type: 'LinkRecord' as const, personId: into, record };
  await handle(store, personDecider, personStream(into), link, provenance);
  const command = { type: 'Merge' as const, personId: record, into };
  const { appended } = await handle(store, personDecider, personStream(record), command, provenance);
  return appended !== undefined;
}

/**
 * Parts two records again.
 * @returns whom the record was merged into.
 * @throws Refused when it was not merged.
 */
export async function unmerge(store: EventStore, record: string, provenance: Provenance): Promise<string> {
  let from = record;
  const command = ({ mergedInto }: PersonState) => {
    from = mergedInto ?? from;
    return { type: 'Unmerge' as const, personId: record };
  };
  await handle(store, personDecider, personStream(record), command, provenance);
  return from;
}

async function stateOf(store: EventStore, record: string): Promise<PersonState> {
  return (await load(store, personDecider, personStream(record))).state;
}
