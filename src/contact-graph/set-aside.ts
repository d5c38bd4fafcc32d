import type { EventSet } from '../kernel/event.js';
import type { Driver } from 'neo4j-driver';
import { halfCharacterIn } from '../kernel/text.js';
import { asideNote, type AsideNote } from '../event-log/aside-notes.js';
import type { RecordedEvent, UnreadableEvent } from '../event-log/event-store.js';
import { inTransaction, int, rows, wholeRows, type Tx } from './neo4j.js';

/** An event that the graph lacks, since it could not be brought into it. */
export interface SetAside extends AsideNote {
  /** What later events say more of: these wait with it. */
  key: string;
}

/**
 * What an event says something of, for which the order of events counts: what it says all of, or what its stream tells of.
 * What is decided of a case's alerts stands on the case.
 */
export function keyOf(events: EventSet, event: RecordedEvent): string {
  return events.of(event.type)?.restates(event) ?? streamKeyOf(event.stream);
}

/** What all events of a stream wait for, when one of them cannot be read: it may say something of whatever they do. */
export function streamKeyOf(stream: string): string {
  return stream.replace(/^brake-/, 'case-');
}

export function unreadableAside({ reason, ...event }: UnreadableEvent): SetAside {
  return { ...asideNote(event, reason, 0), key: streamKeyOf(event.stream) };
}

/** @param key what it waits for. */
export function setAside(event: RecordedEvent, reason: string, tries: number, key: string): SetAside {
  return { ...asideNote(event, reason, tries), key };
}

/** In the transaction that moves the checkpoint past them. */
export async function writeSetAside(tx: Tx, records: readonly SetAside[]): Promise<void> {
  if (records.length === 0) return;
  await tx.run('UNWIND $records AS row MERGE (s:SetAside {id: row[0]}) SET s += row[1], s.retry = null', {
    records: records.map(({ id, commit, prepare, revision, tries, retry: _, ...rest }) => [
      id,
      {
        ...rest,
        commit: int(BigInt(commit)),
        prepare: int(BigInt(prepare)),
        revision: int(revision),
        tries: int(tries),
      },
    ]),
  });
}

/** In the transaction that brings it into the graph after all. */
export async function deleteSetAside(tx: Tx, id: string): Promise<void> {
  await tx.run('MATCH (s:SetAside {id: $id}) DELETE s', { id });
}

/** In the order of the log. @param limit all of them when left out. */
export function readSetAside(driver: Driver, limit?: number): Promise<SetAside[]> {
  return inTransaction(driver, 'read', (tx) =>
    wholeRows<SetAside>(
      tx,
      `MATCH (s:SetAside)
       RETURN s.id AS id, s.type AS type, s.stream AS stream, s.revision AS revision, toString(s.commit) AS commit,
              toString(s.prepare) AS prepare, s.reason AS reason, s.tries AS tries, s.triedAt AS triedAt, s.key AS key,
              coalesce(s.retry, false) AS retry
       ORDER BY s.commit, s.prepare LIMIT $limit`,
      { limit: int(limit ?? 1_000_000) },
      ['id', 'type', 'stream', 'revision', 'commit', 'prepare', 'reason', 'tries', 'triedAt', 'key'],
    ),
  );
}

/**
 * Has what is set aside tried again by the projector that is at work: all, or what stands at a commit position.
 * @returns how many events it takes in.
 */
export async function askForRetry(driver: Driver, commit?: bigint): Promise<number> {
  return inTransaction(driver, 'write', async (tx) => {
    const [row] = await rows<{ count: number }>(
      tx,
      // Whatever waits for an event goes with it.
      `MATCH (at:SetAside) WHERE $commit IS NULL OR at.commit = $commit
       WITH DISTINCT at.key AS key MATCH (s:SetAside {key: key}) SET s.retry = true RETURN count(s) AS count`,
      { commit: commit === undefined ? null : int(commit) },
    );
    return row?.count ?? 0;
  });
}

/** Texts that need not be kept letter by letter. */
const FREE = new Set(['name', 'reason', 'note', 'detail']);

/**
 * Names the field of an event that cannot be kept: half of a character becomes the same mark wherever it is written, so
 * that two ids which differ only there would be one. Undefined where there is none.
 */
export function unkeepable(event: RecordedEvent): string | undefined {
  return halfIn(event.data, '');
}

export const cannotKeep = (field: string) =>
  `${field} holds half of a character, which the graph cannot keep apart from another`;

function halfIn(value: unknown, field: string): string | undefined {
  if (typeof value === 'string') return halfCharacterIn(value) ? field : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (FREE.has(name)) continue;
    const found = halfIn(inner, Array.isArray(value) ? field : name);
    if (found !== undefined) return found;
  }
  return undefined;
}
