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
import { defineProjection } from '../src/contact-graph/projection.js';
import { overrideMethods } from '../src/contact-graph/override-methods.js';
import type { TestOf, TraceGraph } from '../src/contact-graph/ports.js';
import type { EventStore, RecordedEvent } from '../src/event-log/event-store.js';

type Stated = RecordedEvent<ResultEvent>;

const STATEMENTS = eventSet(TestResultReported, TestResultCorrected, TestResultRetracted);

/**
 * Current test results of people, separately for each disease. A negative result releases the people whom a contact met
 * before it, and may end a case's window. Only reports with a laboratory's permission count, and of these the latest by
 * time of report. A retracted result is kept as retracted, so that an older report does not restore it. Everyone in a
 * positive pool has to be tested again.
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
      // A report older than the current one changes nothing, unless it was deliberately restored.
      const asOf = before !== undefined && reportedAt < before ? await goneBackTo(store, event) : reportedAt;
      if (asOf === undefined) continue;
      known.set(key, asOf);
      const facts = { key, ...factsOf(event), asOf: int(asOf) };
      changes.set(key, [key, event.data.personId, facts]);
    }
    await tx.run(
      // If the graph does not know the person of a retraction, the test has no person; an older report may follow late.
      `UNWIND $stated AS row MERGE (t:${label('Test')} {key: row[0]}) SET t = row[2]
       WITH t, row MATCH (p:Person {id: row[1]})
       MERGE (t)-[:OF]->(p)`,
      { stated: [...changes.values()] },
    );
  },
});

/** Whether the event is a laboratory's report; no others count. */
export function isStated(event: RecordedEvent): event is Stated {
  return STATEMENTS.includes(event) && event.provenance.laboratory === true;
}

/** When the current results of these samples were reported, by key, in seconds. */
async function momentsOf(tx: Tx, label: LabelOf, keys: ReadonlySet<string>): Promise<Map<string, number>> {
  if (keys.size === 0) return new Map();
  const found = await rows<{ key: string; asOf: number }>(
    tx,
    `UNWIND $keys AS key MATCH (t:${label('Test')} {key: key}) RETURN key, t.asOf AS asOf`,
    { keys: [...keys] },
  );
  return new Map(found.map(({ key, asOf }) => [key, asOf]));
}

/** The time as of which a restored report counts, from the sample's stream; undefined if it was not restored. */
async function goneBackTo(store: Pick<EventStore, 'read'>, event: Stated): Promise<number | undefined> {
  const { word, holds } = await wordUpTo(store, event);
  return holds ? word?.asOf : undefined;
}

/** The current statement on a sample in its stream up to an event, and whether the last event read established it. */
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

/** A positive pool does not show that any one member is infected; a negative pool shows that none is. */
function clearOf(result: TestOutcome, poolSize: number): TestOutcome {
  return result === 'positive' && poolSize > 1 ? 'inconclusive' : result;
}

/**
 * A graph for tracing that also includes results that are not in it yet.
 * @param below the log without these results.
 * @param above the log with these results.
 */
export function testsAbove(
  graph: TraceGraph,
  below: Pick<EventStore, 'read'>,
  above: Pick<EventStore, 'read'>,
  results: readonly Stated[],
): TraceGraph {
  // The last event of each sample: up to it, the stream tells the current result, whatever the order of the reports.
  const lasts = [...new Map(results.map((event) => [keyOf(event), event])).values()];
  const people: TraceGraph['people'] = async (persons, before, disease) => {
    const found = await graph.people(persons, before, disease);
    const ofDisease = lasts.filter(({ data }) => data.disease === disease);
    if (ofDisease.length === 0) return found;
    const numbers = persons.map(({ number }) => number);
    for (const [number, personId] of await graph.personIds(numbers)) {
      const facts = found.get(number);
      if (!facts) continue;
      for (const event of ofDisease.filter(({ data }) => data.personId === personId)) {
        const [old] = await heldBy(below, event);
        const kept = found.get(number)?.tests ?? [];
        const place = old ? kept.findIndex((each) => isSame(each, old)) : -1;
        const tests = [...kept.filter((_, i) => i !== place), ...(await heldBy(above, event))];
        found.set(number, { ...facts, tests });
      }
    }
    return found;
  };
  return overrideMethods(graph, { people });
}

/** The current result of a sample in its stream up to an event; empty if it was retracted. */
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
