import { handle, load } from '../event-log/handle.js';
import { defineRows } from '../intake/define-rows.js';
import { UNREADABLE } from '../intake/fields.js';
import type { Origin, Outcome } from '../intake/outcome.js';
import { oneByOne, RECORDS } from '../intake/store-rows.js';
import type { Means } from '../requests/context.js';
import { personStream, type PersonRegistered } from './events.js';
import { personDecider, type PersonCommand } from './person.js';
import { PEOPLE_COLUMNS } from './columns.js';

interface PersonRow {
  personId: string;
  name: string | null;
  phone: string | null;
  /** The known phone stays, because the phone in the row cannot be read. */
  keepsPhone: boolean;
  language: string;
  householdId: string | null;
}

export const people = defineRows({
  name: 'people',
  columns: PEOPLE_COLUMNS,

  row: ({ person_id, name, phone, language, household_id }): PersonRow => ({
    personId: person_id,
    name: name ?? null,
    phone: typeof phone === 'string' ? phone : null,
    keepsPhone: phone === UNREADABLE,
    language: language ?? 'vi',
    householdId: household_id ?? null,
  }),

  ...RECORDS,
  lane: (row) => row.personId,
  store: oneByOne(registerPerson),
});

async function registerPerson(means: Means, row: PersonRow, { provenance }: Origin): Promise<Outcome> {
  const { store, sealing, master } = means.base;
  const { personId, name, phone, keepsPhone, language, householdId } = row;
  const stream = personStream(personId);
  const { registered } = (await load(store, personDecider, stream)).state;
  if (registered && (await saysTheSame(means, registered, row))) return { status: 'unchanged' };
  const command: PersonCommand = {
    type: 'Register',
    data: {
      personId,
      name: name === null ? null : await sealing.seal(personId, 'name', name, provenance),
      ...(keepsPhone
        ? { phone: registered?.phone ?? null, phoneIndex: registered?.phoneIndex ?? null }
        : {
            phone: phone === null ? null : await sealing.seal(personId, 'phone', phone, provenance),
            phoneIndex: phone === null ? null : master.phoneIndex(phone),
          }),
      language,
      householdId,
    },
    // Opening sealed fields takes too long for a decider, so they were compared above.
    unchanged: () => false,
  };
  await handle(store, personDecider, stream, command, provenance);
  return { status: 'new' };
}

async function saysTheSame(
  { base: { sealing, master } }: Means,
  known: PersonRegistered['data'],
  row: PersonRow,
): Promise<boolean> {
  const phoneIndex = row.phone === null ? null : master.phoneIndex(row.phone);
  if (
    (!row.keepsPhone && known.phoneIndex !== phoneIndex) ||
    known.language !== row.language ||
    known.householdId !== row.householdId
  ) {
    return false;
  }
  if (known.name === null || row.name === null) return known.name === row.name;
  return (await sealing.open(row.personId, 'name', known.name)) === row.name;
}
