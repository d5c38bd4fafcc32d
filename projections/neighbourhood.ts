import { caseStream, TraceCompleted, type Contact, type Meeting } from '../src/cases/events.js';
import { partsOf } from '../src/cases/trace-parts.js';
import type { LabelOf } from '../src/contact-graph/instances.js';
import { int, rows, type Tx } from '../src/contact-graph/neo4j.js';
import { standsAlone } from '../src/contact-graph/portions.js';
import { defineProjection, type ProjectionContext } from '../src/contact-graph/projection.js';
import type { EventStore, RecordedEvent } from '../src/event-log/event-store.js';
import { eventSet } from '../src/kernel/event.js';
import { readInstant } from '../src/kernel/instant.js';

/** The most meetings of a case with one contact that are shown: the longest. */
export const MEETINGS_SHOWN = 10;
/** The most people shown through whom one contact of a further degree is a contact: the first that the trace names. */
export const SOURCES_SHOWN = 3;
/** For each contact it writes about as much as the exposure that another projection writes, once more. */
const WEIGHT = 2;

const weightOf = ({ chunks }: TraceCompleted['data']) => chunks * WEIGHT;

/**
 * Who met whom, and who was where, of cases and their contacts: what people look at in Neo4j's own tools. The program
 * reads none of it. It is what the latest trace of each case recorded, and goes with what that trace no longer finds.
 */
export const neighbourhood = defineProjection({
  name: 'neighbourhood',
  version: 1,
  owns: ['MET', 'VISITED'],
  events: eventSet(TraceCompleted),

  mentions: () => ({}),

  chunks: ({ data }) => weightOf(data),

  async write(context, events) {
    for (const event of events) await writeTrace(context, event);
  },
});

async function writeTrace(
  { tx, apart, store, label }: ProjectionContext,
  completed: RecordedEvent<TraceCompleted>,
): Promise<void> {
  const { caseId } = completed.data;
  const personId = await personOf(store, caseId);
  if (personId === undefined) return;
  const ofCase = { caseId, personId, label };
  // A trace with a portion of its own is written apart as a whole: the projection of cases, which comes next, also writes
  // apart, and would wait for ever for people whom the main transaction has locked.
  const alone = standsAlone({ chunks: weightOf(completed.data) });
  const write = <T>(work: (within: Tx) => Promise<T>) => (alone ? apart(work) : work(tx));
  /** A contact with very many meetings has further entries, which are not shown. */
  let last: string | undefined;
  let caseMet = false;
  for await (const { found, gone } of partsOf(store, completed)) {
    const contacts = found.filter(({ personId }, i) => personId !== (i === 0 ? last : found[i - 1]?.personId));
    last = found.at(-1)?.personId ?? last;
    const changed = await write((within) => writePart(within, ofCase, contacts, gone));
    caseMet ||= changed;
  }
  if (caseMet) await write((within) => writeOwnVisits(within, ofCase));
}

/** The person of a case; undefined if the log does not say. */
async function personOf(store: Pick<EventStore, 'read'>, caseId: string): Promise<string | undefined> {
  for await (const event of store.read(caseStream(caseId))) {
    if (event.type === 'CaseConfirmed') return event.data.personId;
  }
  return undefined;
}

interface OfCase {
  caseId: string;
  personId: string;
  label: LabelOf;
}

/**
 * Writes what a part of a trace says of these people, in place of what was written of them and the same case before.
 * Returns whether that changed whom the case itself met.
 */
async function writePart(
  tx: Tx,
  { caseId, personId, label }: OfCase,
  found: readonly Contact[],
  gone: readonly string[],
): Promise<boolean> {
  const met: unknown[][] = [];
  const visited: unknown[][] = [];
  for (const contact of found) {
    if (contact.degree > 1) met.push(...throughOthers(contact));
    else {
      const meetings = longest(contact.meetings);
      met.push(...withCase(contact, meetings, personId));
      for (const { placeId, from, to } of meetings) {
        if (placeId !== null) visited.push([contact.personId, placeId, ...[from, to].map(secondsOf)]);
      }
    }
  }
  const people = [...found.map(({ personId }) => personId), ...gone];
  const [before] = await rows<{ closest: number | null }>(
    tx,
    `UNWIND $people AS id MATCH (:Person {id: id})<-[m:${label('MET')}]-() WHERE m.caseId = $caseId
     WITH m, m.degree AS degree DELETE m RETURN min(degree) AS closest`,
    { people, caseId },
  );
  await tx.run(
    `UNWIND $people AS id MATCH (:Person {id: id})-[v:${label('VISITED')}]->() WHERE v.caseId = $caseId DELETE v`,
    { people, caseId },
  );
  await tx.run(
    `UNWIND $met AS row MATCH (a:Person {id: row[0]}) MATCH (b:Person {id: row[1]})
     CREATE (a)-[:${label('MET')} {caseId: $caseId, degree: row[2], at: row[3], from: row[4], to: row[5],
       minutes: row[6], shared: row[7], imputed: row[8], lingering: row[9]}]->(b)`,
    { met, caseId },
  );
  await visit(tx, caseId, label, visited);
  return before?.closest === 1 || found.some(({ degree }) => degree === 1);
}

/** Writes where the case was when it met contacts, from all meetings that are shown. */
async function writeOwnVisits(tx: Tx, { caseId, personId, label }: OfCase): Promise<void> {
  await tx.run(`MATCH (:Person {id: $personId})-[v:${label('VISITED')}]->() WHERE v.caseId = $caseId DELETE v`, {
    ...{ personId, caseId },
  });
  const there = await rows<{ at: string; from: number; to: number }>(
    tx,
    // Who breathed the air that the case had left was not there with it.
    `MATCH (:Person {id: $personId})-[m:${label('MET')}]->()
     WHERE m.caseId = $caseId AND m.degree = 1 AND m.at IS NOT NULL AND m.lingering IS NULL
     RETURN DISTINCT m.at AS at, m.from AS from, m.to AS to ORDER BY at, from`,
    { personId, caseId },
  );
  const whole: typeof there = [];
  for (const stretch of there) {
    const before = whole.at(-1);
    if (before?.at === stretch.at && stretch.from <= before.to) before.to = Math.max(before.to, stretch.to);
    else whole.push(stretch);
  }
  const visited = whole.map(({ at, from, to }) => [personId, at, int(from), int(to)]);
  await visit(tx, caseId, label, visited);
}

async function visit(tx: Tx, caseId: string, label: LabelOf, visited: unknown[][]): Promise<void> {
  await tx.run(
    `UNWIND $visited AS row MATCH (p:Person {id: row[0]}) MATCH (place:Place {id: row[1]})
     CREATE (p)-[:${label('VISITED')} {caseId: $caseId, from: row[2], to: row[3]}]->(place)`,
    { visited, caseId },
  );
}

/** The rows of a contact of degree 1. One who only shares a household with the case has a single row without a place. */
function withCase(contact: Contact, meetings: readonly Meeting[], personId: string): unknown[][] {
  const who = [personId, contact.personId, int(contact.degree)];
  const shared = contact.shared.length > 0 ? contact.shared : null;
  if (meetings.length === 0) return [[...who, null, ...spanOf(contact), shared, null, null]];
  return meetings.map(({ placeId, from, to, imputed, lingering }) => [
    ...who,
    placeId,
    ...[from, to].map(secondsOf),
    (readInstant(to) - readInstant(from)) / 60,
    ...[shared, imputed || null, lingering || null],
  ]);
}

/**
 * The rows of a contact of a further degree. A trace records neither where they met nor, if they met several, when they
 * met which of them.
 */
function throughOthers(contact: Contact): unknown[][] {
  const { personId, via, degree } = contact;
  const span = via.length === 1 ? spanOf(contact) : [null, null, null];
  return via.slice(0, SOURCES_SHOWN).map((source) => [source, personId, int(degree), null, ...span, null, null, null]);
}

function spanOf({ firstExposureAt, lastExposureAt, minutes }: Contact): unknown[] {
  return [secondsOf(firstExposureAt), lastExposureAt === null ? null : secondsOf(lastExposureAt), minutes];
}

const secondsOf = (instant: string) => int(readInstant(instant));

/** Of very many meetings the longest, the earlier ones first among equally long ones. */
function longest(meetings: readonly Meeting[]): readonly Meeting[] {
  if (meetings.length <= MEETINGS_SHOWN) return meetings;
  const lengthOf = ({ from, to }: Meeting) => readInstant(to) - readInstant(from);
  return [...meetings].sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, MEETINGS_SHOWN);
}
