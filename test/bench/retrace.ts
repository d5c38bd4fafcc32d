import type { Contact } from '../../src/cases/events.js';
import { streams } from '../support/events.js';
import { caseDecider } from '../../src/cases/case.js';
import { addToContactList, emptyContactList } from '../../src/tracing/contacts.js';
import { formatInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import { connectGraph, type GraphAddress } from '../../src/contact-graph/neo4j.js';
import { graphPositionOf, type GraphPosition } from '../../src/contact-graph/graph-position.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { handle } from '../../src/event-log/handle.js';
import { builtInProfiles } from '../../src/cases/profiles.js';
import { traceCase } from '../../src/tracing/worker.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { casesOf, personId, type Scale, type TraceCase } from './cities.js';
import { CACHE_BYTES } from './trace-ways.js';
import { calendarOf } from '../../src/platform/calendar.js';

/** One trace as a worker runs it: read the case from the log, find its contacts, append the difference. */
export interface Step {
  ms: number;
  events: number;
  bytes: number;
  /** Contacts that were added, changed or removed. */
  difference: number;
}

export interface Retraced {
  contacts: number;
  /** The first trace of the case. */
  first: Step;
  /** A trace after the onset moved to a day later. */
  moved: Step;
  /** A trace after nothing changed. */
  again: Step;
  /** Whether the resulting list equals that of tracing the changed case from nothing. */
  same: boolean;
}

const CASE = 'case';
const profile = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053');

/** Traces cases, moves the onset of each by a day, and traces them again, with every slot cached. */
export async function retrace({ neo4j, scale }: { neo4j: GraphAddress; scale: Scale }): Promise<Retraced[]> {
  const driver = connectGraph(neo4j);
  const cache = new TraceCache(CACHE_BYTES);
  const graph = graphPositionOf(driver);
  const open = () => new Case((run) => withTraceGraph(driver, cache, run), graph);
  const results: Retraced[] = [];
  for (const each of casesOf(scale)) {
    // Both windows are traced beforehand, which caches the slots that they need. The later one gives the expected
    // result.
    const before = open();
    await before.confirm(each, 0);
    await before.trace();
    const expected = open();
    await expected.confirm(each, 1);
    await expected.trace();

    const traced = open();
    await traced.confirm(each, 0);
    const first = await traced.trace();
    const contacts = (await traced.contacts()).length;
    await traced.confirm(each, 1);
    const moved = await traced.trace();
    const again = await traced.trace();
    const same = JSON.stringify(await traced.contacts()) === JSON.stringify(await expected.contacts());
    results.push({ contacts, first, moved, again, same });
  }
  await driver.close();
  return results;
}

/** A case in its own log. */
class Case {
  readonly #store = new MemoryEventStore();
  readonly #graph: GraphPosition;

  constructor(
    private readonly reading: Parameters<typeof traceCase>[1]['reading'],
    graph: GraphPosition,
  ) {
    // The graph was loaded from elsewhere, so its position is queried but says nothing about this log.
    this.#graph = { position: async () => (await graph.position()) && this.#store.all.at(-1)?.position };
  }

  async confirm({ person, from, until }: TraceCase, daysLater: number): Promise<void> {
    if (!profile) throw new Error('the profile is gone');
    const onset = from + (profile.infectious.daysBefore + daysLater) * SECONDS_PER_DAY;
    const sampled = formatInstant(until);
    const result = {
      ...{ sampleId: 'sample', personId: personId(person), disease: profile.disease, poolSize: 1, method: null },
      ...{ collectedAt: sampled, reportedAt: sampled, result: 'positive' as const, ct: null, rashAt: null },
      ...{ onsetAt: formatInstant(onset), infectiousFrom: null, infectiousUntil: formatInstant(until) },
    };
    const facts = { caseId: CASE, result, profile, calendar: calendarOf('UTC') };
    const command = { type: 'ConfirmBySample' as const, ...facts };
    await handle(this.#store, caseDecider, streams.case(CASE), command, { source: 'bench' });
  }

  async trace(): Promise<Step> {
    const known = this.#store.all.length;
    const began = performance.now();
    await traceCase({ caseId: CASE }, { store: this.#store, graph: this.#graph, reading: this.reading });
    const ms = performance.now() - began;
    const appended = this.#store.all.slice(known);
    const bytes = appended.reduce((sum, { data }) => sum + Buffer.byteLength(JSON.stringify(data)), 0);
    const difference = appended.reduce(
      (sum, event) => sum + (event.type === 'ContactsTraced' ? event.data.found.length + event.data.gone.length : 0),
      0,
    );
    return { ms, events: appended.length, bytes, difference };
  }

  /** Sorted by id. */
  async contacts(): Promise<Contact[]> {
    const list = emptyContactList();
    for await (const event of this.#store.read(streams.case(CASE))) {
      addToContactList(list, event);
    }
    return [...list.contacts.values()].sort((a, b) => (a.personId < b.personId ? -1 : 1));
  }
}
