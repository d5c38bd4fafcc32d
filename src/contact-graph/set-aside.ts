import type { EventSet } from '../kernel/event.js';
import type { Driver } from './driver.js';
import { halfCharacterIn } from '../kernel/text.js';
import { asideNote, type AsideNote } from '../event-log/aside-notes.js';
import type { RecordedEvent, UnreadableEvent } from '../event-log/event-store.js';
import { inTransaction, int, rows, wholeRows, type Tx } from './neo4j.js';

/** An event that the graph lacks, since it could not be written. */
export interface SetAside extends AsideNote {
  /** The subject of the event: later events on the same subject wait with it. */
  key: string;
}

/**
 * The subject of an event, within which the order of events matters: the subject that the event restates in full, or
 * else that of its stream. Decisions of the brake about a case's alerts have the case as their subject.
 */
export function keyOf(events: EventSet, event: RecordedEvent): string {
  return events.of(event.type)?.restates(event) ?? streamKeyOf(event.stream);
}

/** The subject that all events of a stream wait for if one of them is unreadable: it may be about any of theirs. */
export function streamKeyOf(stream: string): string {
  return stream.replace(/^brake-/, 'case-');
}

export function unreadableAside({ reason, ...event }: UnreadableEvent): SetAside {
  return { ...asideNote(event, reason, 0), key: streamKeyOf(event.stream) };
}

/** @param key the subject that it waits for. */
export function setAside(event: RecordedEvent, reason: string, tries: number, key: string): SetAside {
  return { ...asideNote(event, reason, tries), key };
}

/** Must run in the transaction that moves the checkpoint past these events. */
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

/** Must run in the transaction that writes the event into the graph after all. */
export async function deleteSetAside(tx: Tx, id: string): Promise<void> {
  await tx.run('MATCH (s:SetAside {id: $id}) DELETE s', { id });
}

/** Reads the events that are set aside, in the order of the log. @param limit all if omitted. */
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
 * Requests that the running projector retry events that are set aside: all of them, or the one at a commit position
 * with all that wait with it.
 * @returns the number of events to retry.
 */
export async function askForRetry(driver: Driver, commit?: bigint): Promise<number> {
  return inTransaction(driver, 'write', async (tx) => {
    const [row] = await rows<{ count: number }>(
      tx,
      // Events that wait for an event are retried with it.
      `MATCH (at:SetAside) WHERE $commit IS NULL OR at.commit = $commit
       WITH DISTINCT at.key AS key MATCH (s:SetAside {key: key}) SET s.retry = true RETURN count(s) AS count`,
      { commit: commit === undefined ? null : int(commit) },
    );
    return row?.count ?? 0;
  });
}

/** Fields of free text, which need not be kept exactly. */
const FREE = new Set(['name', 'reason', 'note', 'detail']);

/**
 * The field of an event that the graph cannot keep, since it holds half of a character (a lone surrogate): every such
 * half is stored as the same replacement character, so that two ids that differ only there would become one. Undefined
 * if there is none.
 */
export function unkeepable(event: RecordedEvent): string | undefined {
  return halfIn(event.data, '');
}

export const cannotKeep = (field: string) =>
  `${field} has half of a character, which the graph cannot distinguish from another`;

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
