import type { RefusedId, Twin, TwinIds } from './twin-ids.js';

/** Lines about each id, and what to do about it. */
export function* twinLines({ refused, ...twins }: TwinIds): Generator<string> {
  const all = Object.entries(twins) as [string, Twin[]][];
  const some = all.some(([, each]) => each.length > 0);
  if (!some && refused.length === 0) return yield 'Every id is in the canonical form.';
  for (const [kind, each] of all) {
    // Escaped, because the two look the same.
    for (const { id, one } of each) yield `${kind}: ${escapedIn(id)} is ${escapedIn(one)}`;
  }
  if (some) yield 'To merge them: npx truyvet ids merge';
  for (const { kind, id, reason } of refused) yield `${kind} ${escapedIn(id)} ${reason}`;
  for (const kind of new Set(refused.map((each) => each.kind))) yield INSTEAD[kind];
}

const INSTEAD: Record<RefusedId['kind'], string> = {
  person:
    'Nothing new is accepted about such a person. A row of results with the id as written here, in a file of JSON ' +
    'lines, still corrects or retracts results under it. For everything else, import the person, with the phone, under ' +
    'an id of your own, and: npx truyvet people merge ID --into YOURS',
  place:
    'Nothing new is accepted about such a place; its visits stay. Import it under an id of your own, and use that id.',
  household: 'Nothing new is accepted about such a household. Import its people again with a household_id of your own.',
  sample:
    'Nothing new is accepted about such a tube. A row of results with the id as written here, in a file of JSON ' +
    'lines, still corrects or retracts results under it.',
};

/** Escapes every character outside of printable ASCII, as JSON does. */
function escapedIn(id: string): string {
  return `"${id.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}
