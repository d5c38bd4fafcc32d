import { streams } from '../support/events.js';
import { caseDecider } from '../../src/cases/case.js';
import { formatInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import { questionContext } from '../../src/investigation/question-context.js';
import { ask, contextsOf, fixtureOf } from '../support/asking.js';
import { FACT_PROJECTIONS, VISITS } from '../support/projections.js';
import { connectGraph, type GraphAddress } from '../../src/contact-graph/neo4j.js';
import { GraphWriter } from '../../src/contact-graph/projector.js';
import { graphPositionOf } from '../../src/contact-graph/graph-position.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import type { RecordedEvent } from '../../src/event-log/event-store.js';
import { handle } from '../../src/event-log/handle.js';
import { idOf } from '../../src/kernel/ids.js';
import { builtInProfiles } from '../../src/cases/profiles.js';
import { traceCase } from '../../src/tracing/worker.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { casesOf, FIRST_DAY, personId, type CityName, type Scale } from './cities.js';
import { spread, type Row } from './rows.js';
import { CACHE_BYTES } from './trace-ways.js';
import { calendarOf } from '../../src/platform/calendar.js';

/** By question: milliseconds for each time that it was asked. */
export type Asked = Record<string, number[]>;

/** Positions after those of all visits of the city. */
const LATER = 2n ** 40n;
const DISEASE = 'covid-19';

/** Adds cases to the graph of a city as the log would, and asks a tracing team's questions about each. */
export async function askQuestions({ neo4j, scale }: { neo4j: GraphAddress; scale: Scale }): Promise<Asked> {
  const driver = connectGraph(neo4j);
  const store = new MemoryEventStore();
  const writer = await GraphWriter.open(driver, store, 'bench', VISITS, FACT_PROJECTIONS);
  let taken = 0;
  const project = async () => {
    const events = store.all.slice(taken).map(later);
    taken += events.length;
    const last = events.at(-1);
    if (last) await writer.write({ events, position: last.position });
    await writer.settle();
  };
  await mergeSome(store, scale);
  const caseIds = await confirmAll(store, scale);
  await project();
  const cache = new TraceCache(CACHE_BYTES);
  const graph = graphPositionOf(driver);
  for (const caseId of caseIds) {
    await traceCase({ caseId }, { store, graph, reading: (run) => withTraceGraph(driver, cache, run) });
  }
  await project();

  const fixture = { ...fixtureOf(driver, store), now: () => (FIRST_DAY + 15) * SECONDS_PER_DAY };
  // The lists that the questions have: as in earlier builds, each is read once before it is asked about.
  const { lists } = questionContext(contextsOf(fixture).for({ source: 'bench' }));
  const asked: Asked = {};
  const time = async (name: string, given: Record<string, string>) => {
    const began = performance.now();
    await ask(fixture, name, given);
    (asked[name] ??= []).push(performance.now() - began);
  };
  for (const caseId of caseIds) {
    const { contacts } = await lists.of(caseId);
    const all = [...contacts.values()];
    const close = all.find(({ degree }) => degree === 1);
    const far = all.findLast(({ degree }) => degree === 2);
    const place = close?.meetings[0]?.placeId;
    if (!close || !far || !place) continue;
    const from = close.meetings[0]?.from.slice(0, 10);
    await time('contacts', { case: caseId });
    await time('factors', { case: caseId });
    await time('why', { person: far.personId, case: caseId });
    await time('at', { place, from: `${from}T00:00:00Z`, until: `${from}T23:59:59Z` });
    await time('chains', { from: caseId, to: far.personId });
    await time('sources', { case: caseId });
    await time('unreached', { case: caseId });
    await time('generations', { case: caseId });
    await time('common', { disease: DISEASE });
    await time('clusters', { disease: DISEASE });
  }
  await driver.close();
  return asked;
}

/** One record in a hundred is another record of a neighbour. */
async function mergeSome(store: MemoryEventStore, { people }: Scale): Promise<void> {
  for (let person = 0; person + 1 < people; person += 100) {
    const event = {
      type: 'PersonMerged' as const,
      data: { personId: personId(person), into: personId(person + 1) },
    };
    const fact = { id: idOf('bench', 'merge', String(person)), event, provenance: { source: 'bench' } };
    await store.append(streams.person(personId(person)), [fact], 'any');
  }
}

async function confirmAll(store: MemoryEventStore, scale: Scale): Promise<string[]> {
  const profile = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053');
  if (!profile) throw new Error('the profile is gone');
  const caseIds: string[] = [];
  for (const [i, { person, from, until }] of casesOf(scale).entries()) {
    const caseId = `case-${i}`;
    const onset = from + profile.infectious.daysBefore * SECONDS_PER_DAY;
    const result = {
      ...{ sampleId: `sample-${i}`, personId: personId(person), disease: DISEASE, poolSize: 1, method: null, ct: null },
      ...{ collectedAt: formatInstant(until), reportedAt: formatInstant(until), result: 'positive' as const },
      ...{ onsetAt: formatInstant(onset), rashAt: null, infectiousFrom: null, infectiousUntil: formatInstant(until) },
    };
    const facts = { caseId, result, profile, calendar: calendarOf('UTC') };
    const command = { type: 'ConfirmBySample' as const, ...facts };
    await handle(store, caseDecider, streams.case(caseId), command, { source: 'bench' });
    caseIds.push(caseId);
  }
  return caseIds;
}

function later(event: RecordedEvent): RecordedEvent {
  const { commit, prepare } = event.position;
  return { ...event, position: { commit: commit + LATER, prepare: prepare + LATER } };
}

export function questionRows(city: CityName, asked: Asked): Row[] {
  return Object.entries(asked).map(([name, ms]): Row => {
    const figures = spread(ms);
    return {
      group: 'questions',
      name: `question, ${city}: ${name}`,
      figures,
      unit: 'ms p50/p95/max',
      beside: `${ms.length} asked`,
      target: { wanted: 'p95 < 1 s', met: (figures[1] ?? Infinity) < 1_000 },
    };
  });
}
