import { type DomainEvent, streams, anyStream } from './events.js';
import type { TestResult } from '../../src/samples/events.js';
import type { Driver } from 'neo4j-driver';
import { caseDecider, type CaseCommand } from '../../src/cases/case.js';
import { addToContactList, emptyContactList } from '../../src/tracing/contacts.js';
import { formatInstant, readInstant } from '../../src/kernel/instant.js';
import type { DiseaseProfile } from '../../src/cases/profile.js';
import type { GraphWriter } from '../../src/contact-graph/projector.js';
import { graphPositionOf, type GraphPosition } from '../../src/contact-graph/graph-position.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { handle } from '../../src/event-log/handle.js';
import { idOf } from '../../src/kernel/ids.js';
import type { RecordedEvent } from '../../src/event-log/event-store.js';
import { Neo4jCases } from '../../src/cases/case-graph.js';
import { Neo4jSamples } from '../../src/samples/sample-graph.js';
import { builtInProfiles } from '../../src/cases/profiles.js';
import { changedCases, reactToResults, RESULTS, type CaseToTrace } from '../../src/cases/results.js';
import { Neo4jTracing } from '../../src/tracing/tracing-graph.js';
import { TOUCHING, TouchedCases } from '../../src/tracing/touched.js';
import { traceCase } from '../../src/tracing/worker.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { openWriter } from './graph.js';
import { MemoryEventStore } from './memory-event-store.js';
import { calendarOf } from '../../src/platform/calendar.js';
import { resultOf } from './builders/results.js';

const calendar = calendarOf('Asia/Ho_Chi_Minh');

export const decision5053 = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;
/** Rules with lingering air, contacts of contacts of contacts, and an end by a negative sample. */
export const farther: DiseaseProfile = {
  ...decision5053,
  id: 'farther',
  lingeringMinutes: 120,
  greatestDegree: 3,
  infectious: { ...decision5053.infectious, end: { type: 'negative', ctAbove: 30, daysAfterAtMost: null } },
  sharing: { household: 'contact', vehicle: 'contact', group: 'factor' },
};
/** Rules with minutes that must add up within an hour, whatever the seats. */
export const longer: DiseaseProfile = {
  ...decision5053,
  id: 'longer',
  minimumMinutes: 15,
  withinHours: 1,
  seatRows: null,
};
/** Rules by which sharing counts, however short. */
export const sharing: DiseaseProfile = {
  ...decision5053,
  id: 'sharing',
  minimumMinutes: 15,
  sharing: { household: 'contact', vehicle: 'contact', group: 'factor' },
};
const provenance = { source: 'test', laboratory: true };

/** What a sample may say about when a person was infectious. */
export type Stated = Partial<Pick<TestResult, 'onsetAt' | 'infectiousFrom' | 'infectiousUntil'>>;

/** The log in memory, and everything else as in production: the graph, touched cases, the trace, its difference. */
export class Pipeline {
  readonly store = new MemoryEventStore();
  readonly #graph: GraphPosition;
  readonly #touched: TouchedCases;
  readonly #cache = new TraceCache(1_000_000);
  #writer: GraphWriter | undefined;
  #taken = 0;
  traces = 0;

  constructor(
    private readonly driver: Driver,
    private readonly profile = decision5053,
    /** Whether results in the log open and close cases. */
    private readonly reacting = false,
  ) {
    this.#graph = graphPositionOf(driver);
    this.#touched = new TouchedCases(
      new Neo4jTracing(driver),
      this.#graph,
      async () => undefined,
      async () => profile.lingeringMinutes * 60,
    );
  }

  /**
   * Opens a case of this person, with the person's id as its id; or adds to, or corrects, the sample that confirms it.
   */
  async confirm(personId: string, collectedAt = formatInstant(MIDNIGHT), stated: Stated = {}): Promise<void> {
    const result = resultOf(personId, { sampleId: sampleOf(personId), collectedAt, ...stated });
    const { profile } = this;
    if (profile !== decision5053) {
      const data = { profileId: profile.id, version: 1, profile: { ...profile } };
      const added = { id: idOf('test', profile.id), event: { type: 'ProfileAdded' as const, data }, provenance };
      await this.store.append(streams.profiles, [added], 'any');
    }
    await this.#command({ type: 'ConfirmBySample', caseId: personId, result, profile, calendar });
  }

  /** The sample that confirms the case is withdrawn. */
  async retract(caseId: string): Promise<void> {
    const { profile } = this;
    const facts = { caseId, sampleId: sampleOf(caseId), profile, calendar };
    await this.#command({ type: 'WithdrawSample', ...facts, reason: 'mixed up' });
  }

  async #command(command: CaseCommand): Promise<void> {
    await handle(this.store, caseDecider, streams.case(command.caseId), command, provenance);
  }

  async append(events: readonly DomainEvent[]): Promise<void> {
    for (const event of events) {
      const id = idOf('test', String(this.store.all.length));
      // The results of a sample are read as one stream; presence is not.
      const stream = event.type.startsWith('TestResult') && 'sampleId' in event.data;
      await this.store.append(
        stream ? anyStream(streams.sample(event.data.sampleId).name) : anyStream(`presence-${id}`),
        [{ id, event, provenance }],
        'any',
      );
    }
  }

  /** Projects new events, and traces the cases that they touch, until nothing is left to do. */
  async settle(): Promise<void> {
    this.#writer ??= await openWriter(this.driver, this.store);
    const due = new Set<string>();
    const ask = async (cases: readonly CaseToTrace[]) => cases.forEach(({ caseId }) => due.add(caseId));
    for (;;) {
      const events = this.store.all.slice(this.#taken);
      const last = events.at(-1);
      if (!last && due.size === 0) return;
      this.#taken += events.length;
      if (last) {
        const batch = { events, position: last.position };
        await this.#writer.write(batch);
        await this.#writer.settle();
        const relevant = events.filter((event) => TOUCHING.includes(event));
        await ask(await this.#touched.after({ ...batch, events: relevant }));
        if (this.reacting) await this.#react(events, ask);
        else await ask(changedCases(batch));
        // A trace waits until the change of its case is in the graph.
        if (this.store.all.length > this.#taken) continue;
      }
      for (const caseId of due) {
        const reading: Parameters<typeof traceCase>[1]['reading'] = (run, past) =>
          withTraceGraph(this.driver, this.#cache, run, past);
        await traceCase({ caseId }, { store: this.store, graph: this.#graph, reading });
        this.traces++;
      }
      due.clear();
    }
  }

  async #react(events: RecordedEvent[], ask: (cases: readonly CaseToTrace[]) => Promise<void>): Promise<void> {
    const relevant = events.filter((event) => RESULTS.includes(event));
    const last = relevant.at(-1);
    if (!last) return;
    const { store } = this;
    const signal = new AbortController().signal;
    const queries = { samples: new Neo4jSamples(this.driver), cases: new Neo4jCases(this.driver) };
    const options = { ...queries, store, graph: this.#graph, authority: 'vn', zone: 'Asia/Ho_Chi_Minh', ask, signal };
    await reactToResults({ events: relevant, position: last.position }, options);
  }

  /** The contacts as the graph shows them. */
  async exposedTo(caseId: string) {
    const { records } = await this.driver.executeQuery(
      'MATCH (p:Person)-[e:EXPOSED]->(:Case {id: $caseId}) RETURN p.id AS person, e.degree AS degree ORDER BY p.id',
      { caseId },
    );
    return records.map((record) => record.toObject());
  }

  async contactsOf(caseId: string) {
    const list = emptyContactList();
    for await (const event of this.store.read(streams.case(caseId))) addToContactList(list, event);
    const contacts = [...list.contacts.values()].map(
      ({ personId, degree, firstExposureAt, lastExposureAt, minutes, via, shared }) => ({
        person: personId,
        degree,
        first: readInstant(firstExposureAt),
        last: lastExposureAt === null ? null : readInstant(lastExposureAt),
        seconds: Math.round(minutes * 60),
        via,
        shared,
      }),
    );
    const factors = [...list.factors.values()].map(({ personId, shared, since, placeIds }) => ({
      ...{ person: personId, shared, since: readInstant(since), places: placeIds },
    }));
    return {
      contacts: contacts.sort((a, b) => (a.person < b.person ? -1 : 1)),
      factors: factors.sort((a, b) => (a.person < b.person ? -1 : 1)),
    };
  }

  /** People who share something with the case, as the graph shows them. */
  async sharingWith(caseId: string): Promise<string[]> {
    const { records } = await this.driver.executeQuery(
      'MATCH (p:Person)-[:SHARED]->(:Case {id: $caseId}) RETURN p.id AS person ORDER BY person',
      { caseId },
    );
    return records.map((record) => record.get('person') as string);
  }
}

const sampleOf = (personId: string) => `sample of ${personId}`;
