import type { Contact, ContactsTraced, Factor } from '../cases/index.js';

type Chunk = Pick<ContactsTraced['data'], 'found' | 'gone' | 'factors' | 'factorsGone'>;

/** Bytes of one event as JSON; the log accepts 1 MiB in one append. */
const CHUNK_BYTES = 400_000;
/**
 * Most meetings, and most people met, in one entry of a contact: even with ids of 100 characters below the size of a
 * chunk.
 */
const ENTRY_ITEMS = 500;

/** Divides the findings of a trace among events. A contact with very many meetings continues in further entries. */
export function chunked({ found, gone, factors, factorsGone }: Chunk): Chunk[] {
  const chunks: Chunk[] = [];
  let room = 0;
  const next = (bytes: number): Chunk => {
    let chunk = chunks[chunks.length - 1];
    if (!chunk || bytes > room) {
      chunk = { found: [], gone: [], factors: [], factorsGone: [] };
      chunks.push(chunk);
      room = CHUNK_BYTES;
    }
    room -= bytes;
    return chunk;
  };
  for (const contact of found) {
    for (const entry of entriesOf(contact)) next(bytesOf(entry)).found.push(entry);
  }
  for (const personId of gone) next(bytesOf(personId)).gone.push(personId);
  for (const factor of factors.map(bounded)) next(bytesOf(factor)).factors.push(factor);
  for (const personId of factorsGone) next(bytesOf(personId)).factorsGone.push(personId);
  return chunks;
}

/** If there are very many places, a sample of them is enough. */
function bounded(factor: Factor): Factor {
  return { ...factor, placeIds: factor.placeIds.slice(0, ENTRY_ITEMS) };
}

function entriesOf(contact: Contact): Contact[] {
  const { meetings, via } = contact;
  const items = Math.max(meetings.length, via.length);
  if (items <= ENTRY_ITEMS) return [contact];
  const entries: Contact[] = [];
  for (let i = 0; i < items; i += ENTRY_ITEMS) {
    const part = { meetings: meetings.slice(i, i + ENTRY_ITEMS), via: via.slice(i, i + ENTRY_ITEMS) };
    entries.push({ ...contact, ...part });
  }
  return entries;
}

/** Includes the comma after the value. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}
