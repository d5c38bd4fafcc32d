import { handle, handleFirst, load, type Loaded } from '../event-log/handle.js';
import { defineRows } from '../intake/define-rows.js';
import { UNREADABLE } from '../intake/fields.js';
import { noveltyOf } from '../intake/novelty.js';
import type { Origin, Outcome } from '../intake/outcome.js';
import { oneByOne, REGISTERED } from '../intake/store-rows.js';
import type { Means } from '../requests/context.js';
import { personStream, type PersonRegistered } from './events.js';
import { personDecider, type PersonCommand, type PersonState } from './person.js';
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

  ...REGISTERED,
  lane: (row) => row.personId,
  store: oneByOne(registerPerson),
});

async function registerPerson(means: Means, row: PersonRow, origin: Origin): Promise<Outcome> {
  const { store } = means.base;
  const stream = personStream(row.personId);
  const novelty = noveltyOf(origin);
  const read = novelty.isLikely ? undefined : await load(store, personDecider, stream);
  const isKnown = read !== undefined && read.revision >= 0;
  const known =
    (isKnown ? read : await registerFirst(means, row, origin)) ?? (await load(store, personDecider, stream));
  novelty.saw(known === 'new');
  if (known === 'new') return { status: 'new' };
  const { registered } = known.state;
  if (registered && (await saysTheSame(means, registered, row))) return { status: 'unchanged' };
  const command = registering(await registrationOf(means, row, origin, registered));
  let loaded: Loaded<PersonState> | undefined = known;
  await handle(store, personDecider, stream, command, origin.provenance, async () => {
    const first = loaded;
    loaded = undefined;
    return first ?? load(store, personDecider, stream);
  });
  return { status: 'new' };
}

/**
 * Registers a person of whom the log probably knows nothing, without reading it first: most rows of a register are
 * about new people. The key is durable before anything that is sealed with it.
 * @returns the known person's record as it was read, or undefined if it has to be read.
 */
async function registerFirst(
  means: Means,
  row: PersonRow,
  origin: Origin,
): Promise<'new' | Loaded<PersonState> | undefined> {
  const { store, sealing } = means.base;
  const { personId, name, phone } = row;
  const seals = name !== null || phone !== null;
  // Whoever has a key is most likely registered, too.
  if (seals && !(await sealing.createKey(personId, origin.provenance))) return undefined;
  const command = registering(await registrationOf(means, row, origin, null));
  const ifUnknown = ({ registered }: PersonState) => (registered ? undefined : command);
  const handled = await handleFirst(store, personDecider, personStream(personId), ifUnknown, origin.provenance);
  return handled.appended ? 'new' : handled;
}

const registering = (data: PersonRegistered['data']): PersonCommand => ({
  type: 'Register',
  data,
  // Opening sealed fields takes too long for a decider, so they are compared before.
  unchanged: () => false,
});

/** @param known the registration that applies so far. */
async function registrationOf(
  { base: { sealing, master } }: Means,
  { personId, name, phone, keepsPhone, language, householdId }: PersonRow,
  { provenance }: Origin,
  known: PersonRegistered['data'] | null,
): Promise<PersonRegistered['data']> {
  return {
    personId,
    name: name === null ? null : await sealing.seal(personId, 'name', name, provenance),
    ...(keepsPhone
      ? { phone: known?.phone ?? null, phoneIndex: known?.phoneIndex ?? null }
      : {
          phone: phone === null ? null : await sealing.seal(personId, 'phone', phone, provenance),
          phoneIndex: phone === null ? null : master.phoneIndex(phone),
        }),
    language,
    householdId,
  };
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
