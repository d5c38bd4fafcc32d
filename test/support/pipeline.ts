import type { Driver } from 'neo4j-driver';
import { caseDecider, type CaseCommand } from '../../src/domain/case.js';
import { addToContactList, emptyContactList } from '../../src/domain/contacts.js';
import type { CaseEvent, DomainEvent } from '../../src/domain/events.js';
import { formatInstant, readInstant } from '../../src/domain/instant.js';
import type { DiseaseProfile } from '../../src/domain/profile.js';
import type { GraphWriter } from '../../src/graph/projector.js';
import { Neo4jQueries } from '../../src/graph/queries.js';
import { TraceCache, withTraceGraph } from '../../src/graph/trace-graph.js';
import type { RecordedEvent } from '../../src/log/event-store.js';
import { handle } from '../../src/log/handle.js';
import { idOf } from '../../src/log/ids.js';
import { builtInProfiles } from '../../src/log/profiles.js';
import { streams } from '../../src/log/streams.js';
import { TouchedCases } from '../../src/trace/touched.js';
import { traceCase } from '../../src/trace/worker.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { openWriter } from './graph.js';
import { MemoryEventStore } from './memory-event-store.js';

export const decision5053 = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;
const provenance = { source: 'test', laboratory: true };

/** The log in memory, everything else as it runs: the graph, what touches a case, the trace, its difference. */
export class Pipeline {
  readonly store = new MemoryEventStore();
  readonly #graph: Neo4jQueries;
  readonly #touched: TouchedCases;
  readonly #cache = new TraceCache(1_000_000);
  #writer: GraphWriter | undefined;
  #taken = 0;
  traces = 0;

  constructor(
    private readonly driver: Driver,
    private readonly profile = decision5053,
  ) {
    this.#graph = new Neo4jQueries(driver);
    this.#touched = new TouchedCases(
      this.#graph,
      async () => undefined,
      async () => profile.lingeringMinutes * 60,
    );
  }

  /** Opens a case of this person, whose id is the case's, too. */
  async confirm(personId: string, collectedAt = formatInstant(MIDNIGHT)): Promise<void> {
    const result = {
      sampleId: sampleOf(personId),
      personId,
      disease: 'covid-19',
      collectedAt,
      reportedAt: collectedAt,
      result: 'positive' as const,
      poolSize: 1,
      onsetAt: null,
      infectiousFrom: null,
      infectiousUntil: null,
      rashAt: null,
      method: null,
      ct: null,
    };
    const { profile } = this;
    if (profile !== decision5053) {
      const data = { profileId: profile.id, version: 1, profile };
      const added = { id: idOf('test', profile.id), event: { type: 'ProfileAdded' as const, data }, provenance };
      await this.store.append(streams.profiles, [added], 'any');
    }
    await this.#command({ type: 'ConfirmBySample', caseId: personId, result, profile });
  }

  /** The sample that confirms the case turns out to say nothing. */
  async retract(caseId: string): Promise<void> {
    const { profile } = this;
    await this.#command({ type: 'WithdrawSample', caseId, sampleId: sampleOf(caseId), profile, reason: 'mixed up' });
  }

  async #command(command: CaseCommand): Promise<void> {
    await handle(this.store, caseDecider, streams.case(command.caseId), command, provenance);
  }

  async append(events: readonly DomainEvent[]): Promise<void> {
    for (const event of events) {
      const id = idOf('test', String(this.store.all.length));
      await this.store.append(`presence-${id}`, [{ id, event, provenance }], 'any');
    }
  }

  /** Projects what is new, and traces whatever it touches, until nothing is left to do. */
  async settle(): Promise<void> {
    this.#writer ??= await openWriter(this.driver, this.store);
    for (;;) {
      const events = this.store.all.slice(this.#taken);
      const last = events.at(-1);
      if (!last) return;
      this.#taken += events.length;
      const batch = { events, position: last.position };
      await this.#writer.write(batch);
      await this.#writer.settle();
      const relevant = events.filter(({ type }) => TouchedCases.types.includes(type));
      const again = await this.#touched.after({ ...batch, events: relevant });
      const due = new Set([...again.map(({ caseId }) => caseId), ...changedCases(events)]);
      for (const caseId of due) {
        const reading: Parameters<typeof traceCase>[1]['reading'] = (run, past) =>
          withTraceGraph(this.driver, this.#cache, run, past);
        await traceCase({ caseId }, { store: this.store, graph: this.#graph, reading });
        this.traces++;
      }
    }
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
    for await (const event of this.store.read(streams.case(caseId)))
      addToContactList(list, event as unknown as CaseEvent);
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

  /** Who shares something with the case, as the graph shows it. */
  async sharingWith(caseId: string): Promise<string[]> {
    const { records } = await this.driver.executeQuery(
      'MATCH (p:Person)-[:SHARED]->(:Case {id: $caseId}) RETURN p.id AS person ORDER BY person',
      { caseId },
    );
    return records.map((record) => record.get('person') as string);
  }
}

function changedCases(events: readonly RecordedEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'InfectiousWindowChanged' || event.type === 'CaseRetracted' ? [event.data.caseId] : [],
  );
}

const sampleOf = (personId: string) => `sample of ${personId}`;
