import { eventSet } from '../src/kernel/event.js';
import {
  type TestOutcome,
  type TestResult,
  TestResultReported,
  TestResultCorrected,
  TestResultRetracted,
  sampleStream,
} from '../src/samples/events.js';
import { readInstant } from '../src/kernel/instant.js';
import { isRapid } from '../src/cases/rapid-antigen.js';
import { statementOf, wordAfter, type ResultEvent, type Word } from '../src/samples/sample.js';
import type { LabelOf } from '../src/contact-graph/instances.js';
import { int, rows, type Tx } from '../src/contact-graph/neo4j.js';
import { defineProjection, type ProjectionContext } from '../src/contact-graph/projection.js';
import { overrideMethods } from '../src/contact-graph/override-methods.js';
import type { TestOf, TraceGraph } from '../src/contact-graph/ports.js';
import type { EventStore, RecordedEvent } from '../src/event-log/event-store.js';

type Stated = RecordedEvent<ResultEvent>;

const STATEMENTS = eventSet(TestResultReported, TestResultCorrected, TestResultRetracted);

/**
 * What samples say of people now, of each disease by itself: a negative one releases whom a contact met before, and may
 * end a case's window. Only what somebody with a laboratory's right reported counts, and of that the last by the moment
 * of the report: one that was retracted stays as such, so that an older report does not bring the result back. Everyone
 * of a positive pool has to be tested again.
 */
export const tests = defineProjection({
  name: 'tests',
  version: 1,
  owns: ['Test'],
  events: STATEMENTS,

  mentions(event) {
    return event.type === 'TestResultRetracted' ? {} : { people: [event.data.personId] };
  },

  async write({ tx, store, label }, events) {
    const stated = events.filter(isStated);
    const known = await momentsOf(tx, label, new Set(stated.map(keyOf)));
    const changes = new Map<string, [string, string, Record<string, unknown>]>();
    for (const event of stated) {
      const key = keyOf(event);
      const reportedAt = readInstant(event.data.reportedAt);
      const before = known.get(key);
      // Reported before what holds: it changes nothing, unless it was gone back to on purpose.
      const asOf = before !== undefined && reportedAt < before ? await goneBackTo(store, event) : reportedAt;
      if (asOf === undefined) continue;
      known.set(key, asOf);
      const facts = { key, ...factsOf(event), asOf: int(asOf) };
      changes.set(key, [key, event.data.personId, facts]);
    }
    await tx.run(
      // Of whoever nothing is known but that a result was taken back, the test alone stands there: an older one comes late.
      `UNWIND $stated AS row MERGE (t:${label('Test')} {key: row[0]}) SET t = row[2]
       WITH t, row MATCH (p:Person {id: row[1]})
       MERGE (t)-[:OF]->(p)`,
      { stated: [...changes.values()] },
    );
  },
});

/** Whether it is the word of a laboratory, which alone counts. */
export function isStated(event: RecordedEvent): event is Stated {
  return STATEMENTS.includes(event) && event.provenance.laboratory === true;
}

/** When what holds of these samples was reported. */
async function momentsOf(tx: Tx, label: LabelOf, keys: ReadonlySet<string>): Promise<Map<string, number>> {
  if (keys.size === 0) return new Map();
  const found = await rows<{ key: string; asOf: number }>(
    tx,
    `UNWIND $keys AS key MATCH (t:${label('Test')} {key: key}) RETURN key, t.asOf AS asOf`,
    { keys: [...keys] },
  );
  return new Map(found.map(({ key, asOf }) => [key, asOf]));
}

/** From when on something counts that was stated a second time, undefined of what is new: the sample's stream tells. */
async function goneBackTo(store: ProjectionContext['store'], event: Stated): Promise<number | undefined> {
  const { word, holds } = await wordUpTo(store, event);
  return holds ? word?.asOf : undefined;
}

/** What holds of a sample by its stream up to an event, and whether it does by the last that is read. */
async function wordUpTo(
  store: Pick<EventStore, 'read'>,
  event: Stated,
): Promise<{ word: Word | undefined; holds: boolean }> {
  let word: Word | undefined;
  let holds = false;
  const stated = new Set<string>();
  for await (const each of store.read(sampleStream(event.data.sampleId))) {
    if (each.revision > event.revision) break;
    if (!isStated(each) || keyOf(each) !== keyOf(event)) continue;
    const statement = statementOf(each);
    const next = wordAfter(word, each, stated.has(statement));
    holds = next !== word;
    stated.add(statement);
    word = next;
  }
  return { word, holds };
}

function factsOf(event: Stated): Record<string, unknown> {
  const { sampleId, disease } = event.data;
  if (event.type === 'TestResultRetracted') return { sampleId, disease, outcome: 'retracted' };
  const { collectedAt, result, ct, poolSize, method } = event.data;
  const pooled = poolSize > 1;
  return {
    ...{ disease, collectedAt: int(readInstant(collectedAt)), outcome: clearOf(result, poolSize), ct, sampleId },
    ...{ pooled, method, rapid: isRapid(event.data), retest: pooled && result === 'positive' },
  };
}

/** A positive pool says of nobody in it that they are infected, a negative one of all that they are not. */
function clearOf(result: TestOutcome, poolSize: number): TestOutcome {
  return result === 'positive' && poolSize > 1 ? 'inconclusive' : result;
}

/**
 * A graph to trace in which results that are not in it count, too.
 * @param below the log without them.
 * @param above the log with them.
 */
export function testsAbove(
  graph: TraceGraph,
  below: Pick<EventStore, 'read'>,
  above: Pick<EventStore, 'read'>,
  results: readonly Stated[],
): TraceGraph {
  // Of each sample the last, up to which its stream tells what holds, in whatever order it was said.
  const lasts = [...new Map(results.map((event) => [keyOf(event), event])).values()];
  const tests: TraceGraph['tests'] = async (persons, disease) => {
    const found = await graph.tests(persons, disease);
    const ofDisease = lasts.filter(({ data }) => data.disease === disease);
    if (ofDisease.length === 0) return found;
    for (const [number, personId] of await graph.personIds(persons)) {
      for (const event of ofDisease.filter(({ data }) => data.personId === personId)) {
        const [old] = await heldBy(below, event);
        const kept = found.get(number) ?? [];
        const place = old ? kept.findIndex((each) => isSame(each, old)) : -1;
        found.set(number, [...kept.filter((_, i) => i !== place), ...(await heldBy(above, event))]);
      }
    }
    return found;
  };
  return overrideMethods(graph, { tests });
}

/** What holds of a sample by its stream up to an event; nothing once that was taken back. */
async function heldBy(store: Pick<EventStore, 'read'>, event: Stated): Promise<TestOf[]> {
  const { word } = await wordUpTo(store, event);
  return word?.result ? [testOf(word.result)] : [];
}

function testOf({ collectedAt, result, ct, poolSize }: TestResult): TestOf {
  return { collectedAt: readInstant(collectedAt), outcome: clearOf(result, poolSize), ct };
}

function isSame(one: TestOf, other: TestOf): boolean {
  return one.collectedAt === other.collectedAt && one.outcome === other.outcome && one.ct === other.ct;
}

function keyOf({ data: { sampleId, personId, disease } }: ResultEvent): string {
  return JSON.stringify([sampleId, personId, disease]);
}
