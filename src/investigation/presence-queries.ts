import { withoutRepeats } from '../presence/index.js';
import { dayOf, SECONDS_PER_DAY } from '../kernel/instant.js';
import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds, MergedRecords } from '../contact-graph/merged-records.js';
import { int, ints, rows, type Tx } from '../contact-graph/neo4j.js';
import type { NearFacts, PresentAfter, PresentFacts, Span, StayFacts } from './question-ports.js';

/** Where people were and whom their phones met, for questions: all records of a person count as one. */

export async function staysOf(tx: Tx, label: LabelOf, spans: readonly Span[]): Promise<StayFacts[][]> {
  const merged = await MergedIds.read(tx, label);
  const asked = spans.flatMap(({ personId, from, until }, i) =>
    merged.with(personId).map((record) => [int(i), record, int(from), int(until)]),
  );
  const found = await rows<{ span: number; stays: [string, number, number, boolean][] }>(
    tx,
    `UNWIND $asked AS row
     MATCH (p:Person {id: row[1]})-[a:${label('AT')}]->(s:${label('Slot')}) WHERE a.to > row[2] AND a.from < row[3]
     MATCH (s)-[:${label('IN')}]->(l:Place)
     WITH row[0] AS span, p, l, a.v AS visit, min(a.from) AS from, max(a.to) AS to, size(collect(a.open)) > 0 AS open
     ORDER BY span, from, to
     RETURN span, collect([l.id, from, to, open]) AS stays`,
    { asked },
  );
  const bySpan = new Map(found.map(({ span, stays }) => [span, stays]));
  return spans.map(({ personId }, i) => {
    const records = merged.with(personId);
    const stays = (bySpan.get(i) ?? []).map(([placeId, from, to, open]) => ({
      ...{ personId: records[0] as string, placeId },
      ...{ from, to, open },
    }));
    return records.length > 1 ? withoutRepeats(stays) : stays;
  });
}

export async function near(tx: Tx, label: LabelOf, personId: string, spans: readonly Span[]): Promise<NearFacts[][]> {
  const merged = await MergedIds.read(tx, label);
  const own = merged.with(personId);
  const asked = spans.flatMap((span, i) =>
    own.flatMap((one) =>
      merged.with(span.personId).map((other) => [int(i), one, other, int(span.from), int(span.until)]),
    ),
  );
  const found = await rows<NearFacts & { span: number }>(
    tx,
    `UNWIND $asked AS row
     MATCH (:Person {id: row[1]})-[n:${label('NEAR')}]-(:Person {id: row[2]}) WHERE n.to > row[3] AND n.from < row[4]
     RETURN row[0] AS span, n.from AS from, n.to AS to, n.distance AS distance ORDER BY span, from`,
    { asked },
  );
  const met: NearFacts[][] = spans.map(() => []);
  for (const { span, ...each } of found) met[span]?.push(each);
  return met;
}

export async function present(
  tx: Tx,
  label: LabelOf,
  placeId: string,
  window: { from: number; until: number },
  { after, limit }: { after?: PresentAfter | undefined; limit: number },
): Promise<PresentFacts[]> {
  const asked = {
    ...{ placeId, from: int(window.from), until: int(window.until) },
    ...{ firstDay: int(dayOf(window.from)), lastDay: int(dayOf(window.until - 1)) },
  };
  const merged = await MergedRecords.read(tx, label);
  const [alone, joined] = [
    await rows<PresentFacts>(
      tx,
      `MATCH (l:Place {id: $placeId})
       UNWIND range($firstDay, $lastDay) AS day
       MATCH (s:${label('Slot')} {key: l.number * 65536 + day})<-[a:${label('AT')}]-(p:Person) WHERE a.from < $until AND a.to > $from
       WITH p, a.v AS visit, min(a.from) AS since, size(collect(a.open)) > 0 AS open
       WHERE NOT p.number IN $merged
         AND (since > $since OR (since = $since AND (p.id > $person OR (p.id = $person AND visit > $visit))))
       WITH p, visit, since, open ORDER BY since, p.id, visit LIMIT $limit
       CALL (p, visit) { MATCH (p)-[b:${label('AT')} {v: visit}]->(:${label('Slot')}) RETURN min(b.from) AS from, max(b.to) AS to }
       RETURN p.id AS personId, visit, since, from, to, open ORDER BY since, personId, visit`,
      {
        ...asked,
        merged: ints(merged.all()),
        since: int(after?.since ?? -1),
        person: after?.personId ?? '',
        visit: int(after?.visit ?? -1),
        limit: int(limit),
      },
    ),
    await presentMerged(tx, label, merged, asked),
  ];
  const inWindow = joined
    .filter(({ from, to }) => from < window.until && to > window.from)
    .map((stay) => ({ ...stay, since: Math.max(stay.from, dayOf(window.from) * SECONDS_PER_DAY) }))
    .filter((stay) => !after || inOrder(after, stay) < 0);
  return [...alone, ...inWindow].sort(inOrder).slice(0, limit);
}

/** The order of pages of people at a place. */
function inOrder(a: PresentAfter, b: PresentAfter): number {
  if (a.since !== b.since) return a.since - b.since;
  return a.personId < b.personId ? -1 : a.personId > b.personId ? 1 : a.visit - b.visit;
}

/**
 * People with several records who were at a place in a window, with all their stays there at any time: stays of several
 * records at one time are one stay. These people are few, so they are not paged.
 */
async function presentMerged(
  tx: Tx,
  label: LabelOf,
  merged: MergedRecords,
  asked: Record<'placeId' | 'from' | 'until' | 'firstDay' | 'lastDay', unknown>,
): Promise<Omit<PresentFacts, 'since'>[]> {
  if (merged.none) return [];
  const there = await rows<{ record: number }>(
    tx,
    `MATCH (l:Place {id: $placeId})
     UNWIND range($firstDay, $lastDay) AS day
     MATCH (s:${label('Slot')} {key: l.number * 65536 + day})<-[a:${label('AT')}]-(p:Person)
     WHERE a.from < $until AND a.to > $from AND p.number IN $merged
     RETURN DISTINCT p.number AS record`,
    { ...asked, merged: ints(merged.all()) },
  );
  if (there.length === 0) return [];
  const people = [...new Set(there.map(({ record }) => merged.of(record)))];
  const found = await rows<{ personId: string; visits: [number, number, number, boolean][] }>(
    tx,
    `MATCH (l:Place {id: $placeId})
     UNWIND $pairs AS pair
     MATCH (q:Person {number: pair[0]}), (p:Person {number: pair[1]})-[a:${label('AT')}]->(s:${label('Slot')})
     WHERE s.key >= l.number * 65536 AND s.key < (l.number + 1) * 65536
     WITH q, p, a.v AS visit, min(a.from) AS from, max(a.to) AS to, size(collect(a.open)) > 0 AS open
     ORDER BY from, visit
     RETURN q.id AS personId, collect([visit, from, to, open]) AS visits`,
    {
      placeId: asked.placeId,
      pairs: people.flatMap((person) => merged.recordsOf(person).map((record) => ints([person, record]))),
    },
  );
  return found.flatMap(({ personId, visits }) =>
    withoutRepeats(visits.map(([visit, from, to, open]) => ({ personId, placeId: '', visit, from, to, open }))).map(
      ({ visit, from, to, open }) => ({ personId, visit, from, to, open }),
    ),
  );
}
