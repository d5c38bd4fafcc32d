import { eventSet } from '../src/kernel/event.js';
import {
  type CaseEvent,
  type Contact,
  type ContactsTraced,
  type Factor,
  CaseConfirmed,
  CaseEvidenceWithdrawn,
  InfectiousWindowChanged,
  CaseRetracted,
  TraceCompleted,
} from '../src/cases/events.js';
import { partsOf } from '../src/cases/trace-parts.js';
import { readInstant } from '../src/kernel/instant.js';
import { defineProjection, type ProjectionContext } from '../src/contact-graph/projection.js';
import type { LabelOf } from '../src/contact-graph/instances.js';
import { int, type Tx } from '../src/contact-graph/neo4j.js';
import { CONTACTS_AT_ONCE, standsAlone } from '../src/contact-graph/portions.js';
import type { RecordedEvent } from '../src/event-log/event-store.js';

const CHUNK = 5_000;

/**
 * Cases and the people exposed to them. A case is `due` from a change of it until the next trace is completed. The
 * exposures are written when that trace is complete, from the parts right before its end in the case's stream.
 */
export const cases = defineProjection({
  name: 'cases',
  version: 1,
  owns: ['Case', 'EXPOSED', 'SHARED'],
  events: eventSet(CaseConfirmed, CaseEvidenceWithdrawn, InfectiousWindowChanged, CaseRetracted, TraceCompleted),

  mentions(event) {
    return event.type === 'CaseConfirmed' ? { people: [event.data.personId] } : {};
  },

  chunks(event) {
    return event.type === 'TraceCompleted' ? event.data.chunks : 0;
  },

  async write(context, events) {
    for (const event of events) await writeCase(context, event);
  },
});

async function writeCase(
  context: ProjectionContext,
  event: RecordedEvent<Exclude<CaseEvent, ContactsTraced>>,
): Promise<void> {
  const { tx, label } = context;
  switch (event.type) {
    case 'CaseConfirmed': {
      const { caseId: id, personId, disease, collectedAt } = event.data;
      await tx.run(
        `MATCH (p:Person {id: $personId})
         MERGE (c:${label('Case')} {id: $id})
         ON CREATE SET c.disease = $disease, c.collectedAt = $collectedAt, c.since = $collectedAt,
                       c.openedAt = $openedAt
         SET c.status = 'live', c.due = true
         MERGE (c)-[:OF]->(p)`,
        {
          ...{ id, personId, disease, collectedAt: int(readInstant(collectedAt)) },
          openedAt: int(Math.floor(event.recordedAt.getTime() / 1000)),
        },
      );
      return;
    }
    case 'CaseEvidenceWithdrawn':
      await tx.run(`MATCH (c:${label('Case')} {id: $id}) SET c.due = true`, { id: event.data.caseId });
      return;
    case 'InfectiousWindowChanged':
      await tx.run(`MATCH (c:${label('Case')} {id: $id}) SET c.due = true, c.from = $from`, {
        id: event.data.caseId,
        from: int(readInstant(event.data.from)),
      });
      return;
    case 'CaseRetracted':
      await tx.run(`MATCH (c:${label('Case')} {id: $id}) SET c.status = 'retracted', c.due = true`, {
        id: event.data.caseId,
      });
      return;
    case 'TraceCompleted':
      await writeExposures(context, event);
  }
}

async function writeExposures(
  { tx, apart, store, label }: ProjectionContext,
  completed: RecordedEvent<TraceCompleted>,
): Promise<void> {
  const { caseId, traceId } = completed.data;
  const found: Contact[] = [];
  const gone: string[] = [];
  const factors: Factor[] = [];
  const factorsGone: string[] = [];
  for await (const part of partsOf(store, completed)) {
    found.push(...part.found);
    gone.push(...part.gone);
    factors.push(...part.factors);
    factorsGone.push(...part.factorsGone);
  }
  // A trace with a portion of its own is written apart as a whole: the main transaction must not hold a lock for which
  // another one waits. The trace itself, committed with the main transaction, marks all of it as complete.
  const alone = standsAlone(completed.data);
  const write = (work: (within: Tx) => Promise<unknown>) => (alone ? apart(work) : work(tx));
  for (const [type, people] of [
    ['EXPOSED', gone],
    ['SHARED', factorsGone],
  ] as const) {
    for (let i = 0; i < people.length; i += CHUNK) {
      await write((within) =>
        within.run(
          `MATCH (c:${label('Case')} {id: $caseId}) UNWIND $gone AS id
           MATCH (:Person {id: id})-[e:${label(type)}]->(c) DELETE e`,
          { caseId, gone: people.slice(i, i + CHUNK) },
        ),
      );
    }
  }
  for (let i = 0; i < factors.length; i += CHUNK) {
    await write((within) =>
      within.run(
        `MATCH (c:${label('Case')} {id: $caseId}) UNWIND $factors AS row
         MATCH (p:Person {id: row[0]})
         MERGE (p)-[s:${label('SHARED')}]->(c) SET s.what = row[1], s.since = row[2], s.trace = $traceId`,
        {
          caseId,
          traceId,
          factors: factors
            .slice(i, i + CHUNK)
            .map(({ personId, shared, since }) => [personId, shared, int(readInstant(since))]),
        },
      ),
    );
  }
  const rule = `${completed.data.profileId}@${completed.data.profileVersion}`;
  for (let i = 0; i < found.length; i += CONTACTS_AT_ONCE) {
    const part = found.slice(i, i + CONTACTS_AT_ONCE);
    await write((within) => writeContacts(within, label, { caseId, traceId, rule }, part));
  }
  await tx.run(
    `MATCH (c:${label('Case')} {id: $caseId}) SET c.due = false, c.trace = $traceId, c.greatestDegree = $greatestDegree, c.lingering = $lingering`,
    {
      caseId,
      traceId,
      greatestDegree: int(completed.data.greatestDegree),
      lingering: int(Math.round(completed.data.lingeringMinutes * 60)),
    },
  );
}

async function writeContacts(
  tx: Tx,
  label: LabelOf,
  trace: { caseId: string; traceId: string; rule: string },
  found: Contact[],
) {
  for (let i = 0; i < found.length; i += CHUNK) {
    await tx.run(
      `MATCH (c:${label('Case')} {id: $caseId}) UNWIND $found AS row
       MATCH (p:Person {id: row[0]})
       MERGE (p)-[e:${label('EXPOSED')}]->(c)
       SET e.degree = row[1], e.first = row[2], e.minutes = row[3], e.last = row[4], e.rule = $rule, e.trace = $traceId`,
      {
        ...trace,
        found: found
          .slice(i, i + CHUNK)
          .map(({ personId, degree, firstExposureAt, minutes, lastExposureAt }) => [
            personId,
            int(degree),
            int(readInstant(firstExposureAt)),
            minutes,
            lastExposureAt === null ? null : int(readInstant(lastExposureAt)),
          ]),
      },
    );
  }
}
