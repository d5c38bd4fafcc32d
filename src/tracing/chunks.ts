import type { Contact, ContactsTraced, Factor } from '../cases/index.js';

type Chunk = Pick<ContactsTraced['data'], 'found' | 'gone' | 'factors' | 'factorsGone'>;

/** Bytes of one event as JSON; the log takes 1 MiB an append. */
const CHUNK_BYTES = 400_000;
/** Meetings, and people met, that one entry of a contact holds: with ids of 100 characters still below a chunk. */
const ENTRY_ITEMS = 500;

/** Divides what a trace found among events. A contact of very many meetings goes on in further entries. */
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

/** Of very many places some say enough. */
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

/** With the comma behind it. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}
