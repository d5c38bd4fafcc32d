import { type DomainEvent, streams, anyStream } from './events.js';
import type { Driver } from 'neo4j-driver';
import { caseDecider } from '../../src/cases/case.js';
import { formatInstant } from '../../src/kernel/instant.js';
import type { DiseaseProfile } from '../../src/cases/profile.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { graphPositionOf } from '../../src/contact-graph/graph-position.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { handle } from '../../src/event-log/handle.js';
import { idOf } from '../../src/kernel/ids.js';
import { addProfile, builtInProfiles } from '../../src/cases/profiles.js';
import { fixtureOf, type Fixture } from './asking.js';
import { traceCase } from '../../src/tracing/worker.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { openWriter, textOf, visitFacts } from './graph.js';
import { MemoryEventStore } from './memory-event-store.js';
import { calendarOf } from '../../src/platform/calendar.js';
import { resultOf } from './builders/results.js';

const calendar = calendarOf('Asia/Ho_Chi_Minh');

/** In minutes. */
export const DAY = 1440;
const provenance = { source: 'test', laboratory: true };
export const DECISION_5053 = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;

export async function append(store: MemoryEventStore, events: readonly DomainEvent[]): Promise<void> {
  for (const event of events) {
    await store.append(anyStream('facts'), [{ id: idOf('test', String(store.all.length)), event, provenance }], 'any');
  }
}

/** Projects a whole log into an empty graph and removes the marks of that log, so that commands can use another log. */
export async function project(driver: Driver, store: MemoryEventStore, from = 0): Promise<void> {
  const events = store.all.slice(from);
  const last = events.at(-1);
  if (!last) return;
  const writer = await openWriter(driver, store);
  await writer.write({ events, position: last.position });
  await writer.settle();
  await driver.executeQuery('MATCH (c:Checkpoint) REMOVE c.given');
}

/** Times are minutes after midnight; null is an unknown end. */
export const stay = (
  personId: string,
  placeId: string,
  from: number,
  to: number | null,
  seat: string | null = null,
): DomainEvent => ({
  type: 'CheckedIn',
  data: {
    ...visitFacts(personId, placeId, from, to ?? from),
    seat,
    visitId: `${personId} ${placeId} ${from}`,
    ...(to === null ? { leftAt: null } : {}),
  },
});

/** For ten minutes. */
export const near = (personA: string, personB: string, from: number, distanceMetres = 1): DomainEvent => ({
  type: 'ProximityObserved',
  data: { personA, personB, startedAt: textOf(from), endedAt: textOf(from + 10), distanceMetres },
});

/**
 * An infects Binh at the cafe, Binh infects Chi at the market; Em met An and, later, Chi, and is not a case. Giang was
 * near An, and near Huy when isolation began. Times are minutes after the midnight from which An's days are counted.
 */
const STORY: DomainEvent[] = [
  stay('An', 'cafe', -DAY, -DAY + 60),
  stay('Binh', 'cafe', -DAY + 20, null),
  stay('Em', 'cafe', -DAY + 30, -DAY + 50),
  stay('Binh', 'market', -700, -600),
  stay('Chi', 'market', -650, -500),
  stay('Em', 'park', -300, -200),
  stay('Chi', 'park', -300, -200),
  stay('Dung', 'pool', -60, 90),
  near('An', 'Giang', -DAY + 300),
  near('Giang', 'Huy', -DAY + 400),
  { type: 'PersonIsolated', data: { personId: 'Giang', startedAt: textOf(-DAY + 404) } },
];
const CASES: [string, number][] = [
  ['An', 0],
  ['Binh', 2 * DAY],
  ['Chi', 5 * DAY],
];
const alert = (personId: string) => ({ alertId: `alert of ${personId}`, caseId: 'case of An', personId });
const ALERTS: DomainEvent[] = [
  ...['Binh', 'Em'].map((person): DomainEvent => ({
    type: 'AlertRequested',
    data: { ...alert(person), disease: 'covid-19', degree: 1, sequence: 0 },
  })),
  {
    type: 'AlertSent',
    data: { alertId: 'alert of Binh', provider: 'outbox', reference: 'r', degree: 1, until: null, cases: [] },
  },
  { type: 'AlertFailed', data: { alertId: 'alert of Em', reason: 'no-phone', detail: '', provider: null } },
];

export interface Story {
  events: readonly DomainEvent[];
  /** People who fall ill, with the day; a third name is that of the person if the case has another name. */
  cases: readonly (readonly [string, number, string?])[];
  profile: DiseaseProfile;
  alerts: readonly DomainEvent[];
}

/** Puts the story, or another one, into its own graph, traces it and sends the alerts. */
export async function tellStory(
  driver: Driver,
  { events, cases, profile, alerts }: Story = { events: STORY, cases: CASES, profile: DECISION_5053, alerts: ALERTS },
): Promise<Fixture> {
  await wipe(driver);
  const store = new MemoryEventStore();
  await addProfile(store, profile);
  await append(store, events);
  for (const [name, day, personId = name] of cases) {
    const collectedAt = formatInstant(MIDNIGHT + day * 60);
    const { disease } = profile;
    const result = resultOf(personId, { sampleId: `sample of ${name}`, disease, collectedAt });
    const caseId = `case of ${name}`;
    const command = { type: 'ConfirmBySample' as const, caseId, result, profile, calendar };
    await handle(store, caseDecider, streams.case(caseId), command, provenance);
  }
  await project(driver, store);
  const before = store.all.length;
  await traceAll(driver, store, cases);
  await append(store, alerts);
  await project(driver, store, before);
  return { ...fixtureOf(driver, store), now: () => MIDNIGHT + 12 * 86_400 };
}

async function traceAll(driver: Driver, store: MemoryEventStore, cases: Story['cases']): Promise<void> {
  const cache = new TraceCache(1_000_000);
  const reading: Parameters<typeof traceCase>[1]['reading'] = (run, past) => withTraceGraph(driver, cache, run, past);
  for (const [name] of cases) {
    await traceCase({ caseId: `case of ${name}` }, { store, graph: graphPositionOf(driver), reading });
  }
}

/** Adds events to a story. */
export async function happen(driver: Driver, { store }: Fixture, events: readonly DomainEvent[]): Promise<void> {
  const memory = store as MemoryEventStore;
  const before = memory.all.length;
  await append(memory, events);
  await project(driver, memory, before);
}

/** Traces the cases of a story again, as the worker does after new events. */
export async function traceAgain(driver: Driver, { store }: Fixture, cases: Story['cases']): Promise<void> {
  const memory = store as MemoryEventStore;
  const before = memory.all.length;
  await traceAll(driver, memory, cases);
  await project(driver, memory, before);
}
