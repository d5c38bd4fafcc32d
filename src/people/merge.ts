import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { UserError } from '../kernel/errors.js';
import { personStream } from './events.js';
import { personDecider, type PersonState } from './person.js';

/**
 * Merges two records of one person.
 * @returns whether this changed anything.
 * @throws UserError when the two cannot be merged.
 */
export async function merge(store: EventStore, record: string, into: string, provenance: Provenance): Promise<boolean> {
  if (record === into) throw new UserError(`${record} is one record.`, 'Name two records of one person.');
  const merged = await stateOf(store, record);
  const counting = await stateOf(store, into);
  for (let at = counting; at.mergedInto !== null; at = await stateOf(store, at.mergedInto)) {
    if (at.mergedInto === record) {
      throw new UserError(`${into} is merged into ${record} already.`, `First: npx truyvet people unmerge ${into}`);
    }
  }
  if (merged.registered?.phone && !counting.registered?.phone) {
    throw new UserError(
      `${record} has a phone and ${into} has none: nobody could send messages to the person any more.`,
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
 * Separates two merged records.
 * @returns the record into which the record was merged.
 * @throws UserError when it was not merged.
 */
export async function unmerge(store: EventStore, record: string, provenance: Provenance): Promise<string> {
  const { mergedInto } = await stateOf(store, record);
  if (mergedInto === null) throw new UserError(`${record} is not merged into another record.`);
  const command = { type: 'Unmerge' as const, personId: record };
  await handle(store, personDecider, personStream(record), command, provenance);
  return mergedInto;
}

async function stateOf(store: EventStore, record: string): Promise<PersonState> {
  return (await load(store, personDecider, personStream(record))).state;
}
