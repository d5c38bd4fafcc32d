import type { CaseGraph, Link } from '../../src/cases/case-graph.js';
import type { Stream } from '../../src/kernel/stream.js';
import type { Event, EventIn } from '../../src/kernel/event.js';
import { type EventType, streams, type DomainEvent, type EventOf } from './events.js';
import type { TestResult } from '../../src/samples/events.js';
import { formatInstant } from '../../src/kernel/instant.js';
import type { GraphPosition } from '../../src/contact-graph/graph-position.js';
import type { RapidTestRow, SampleGraph } from '../../src/samples/sample-graph.js';
import type { Appended, Expected, NewEvent, Position, RecordedEvent } from '../../src/event-log/event-store.js';
import { idOf } from '../../src/kernel/ids.js';
import { addProfile } from '../../src/cases/profiles.js';
import type { DiseaseProfile } from '../../src/cases/profile.js';
import { reactToResults, RESULTS } from '../../src/cases/results.js';
import { lastWords, type Held, type Sample, type Tie } from '../oracle/results.js';
import { MemoryEventStore } from './memory-event-store.js';

/** The zone in which days are counted; the oracle knows it as seven hours ahead of UTC. */
const ZONE = 'Asia/Ho_Chi_Minh';

/** A laboratory, or somebody without its permission, reports or retracts the result of a person in a sample. */
export interface Reported {
  type: 'said';
  sample: string;
  person: string;
  laboratory: boolean;
  result: Sample | TakenBack;
}
export type TakenBack = Pick<Sample, 'disease' | 'reportedAt'> & { outcome: 'retracted' };
/** A visit or a household ties a person to another, or no longer does. */
export interface Tied {
  type: 'tied';
  person: string;
  other: string;
  tie: Tie | null;
}
export type Fact = Reported | Tied;

export function resultEvent({ sample, person, result }: Reported): { type: EventType; data: object } {
  const { disease, reportedAt } = result;
  const named = { sampleId: sample, personId: person, disease, reportedAt: formatInstant(reportedAt) };
  if (result.outcome === 'retracted') return { type: 'TestResultRetracted', data: named };
  const data: TestResult = {
    ...named,
    collectedAt: formatInstant(result.at),
    result: result.outcome,
    poolSize: result.pool,
    onsetAt: result.onset === null ? null : formatInstant(result.onset),
    infectiousFrom: null,
    infectiousUntil: null,
    rashAt: null,
    method: result.method,
    ct: null,
  };
  return { type: 'TestResultReported', data };
}

/** The laboratories' results after these facts, for any order of different samples. */
export function heldAfter(facts: readonly Fact[]): Held[] {
  const said = facts.filter((fact) => fact.type === 'said' && fact.laboratory) as Reported[];
  return lastWords(
    said.map(({ sample, person, result }) => {
      const { disease, reportedAt } = result;
      const held = result.outcome === 'retracted' ? null : { ...result, sample, person };
      return { sample, person, disease, reportedAt, held };
    }),
  );
}

/** The live cases according to the log, each with its person, its disease and the samples that confirm it. */
export function liveCases(events: readonly DomainEvent[]) {
  const cases = new Map<
    string,
    { person: string; disease: string; samples: Map<string, { at: string; onset: string | null }> }
  >();
  for (const { type, data } of events) {
    if (type === 'CaseConfirmed') {
      const { caseId, personId: person, disease, sampleId, collectedAt: at, onsetAt: onset } = data;
      const known = cases.get(caseId) ?? { person, disease, samples: new Map() };
      known.samples.set(sampleId, { at, onset });
      cases.set(caseId, known);
    } else if (type === 'CaseEvidenceWithdrawn') cases.get(data.caseId)?.samples.delete(data.sampleId);
    else if (type === 'CaseRetracted') cases.delete(data.caseId);
  }
  return [...cases.values()];
}

const LOST_POWER = 'the machine lost its power';

/** A log whose connection breaks after a number of appends. */
class BreakingStore extends MemoryEventStore {
  breaksAfter = Infinity;

  override append<E extends Event>(
    stream: Stream<E>,
    events: readonly NewEvent<E>[],
    expected: Expected,
  ): Promise<Appended> {
    if (this.breaksAfter-- > 0) return super.append(stream, events, expected);
    this.breaksAfter = Infinity;
    return Promise.reject(new Error(LOST_POWER));
  }
}

/**
 * The program's own reaction to results, between a log in memory and a simulated graph, which lags behind the log and
 * shows exposures as completed traces left them.
 */
export class ResultsRun {
  readonly store = new BreakingStore();
  /** The position of the reaction in the log. */
  #read = 0;
  /** The projected part of the log, and the part that must be projected before the graph may be queried. */
  #projected = 0;
  #needed = 0;
  readonly #ties = new Map<string, Tied>();
  readonly #due = new Set<string>();
  readonly #traces = new Map<string, { caseId: string; found: Map<string, Tie> }>();
  readonly #cases = new Map<
    string,
    { person: string; disease: string; live: boolean; exposed: Map<string, Tie & { trace: string }> }
  >();
  readonly #said: (Reported & { index: number })[] = [];
  #rapid: RapidTestRow[] = [];

  /** @param chance returns a random number below another. */
  constructor(private readonly chance: (below: number) => number) {}

  async rule(profile: DiseaseProfile): Promise<void> {
    await addProfile(this.store, profile);
  }

  async play(fact: Fact): Promise<void> {
    if (fact.type === 'tied') {
      this.#ties.set(`${fact.person} ${fact.other}`, fact);
      for (const [caseId, { person }] of this.#cases) if (person === fact.other) this.#due.add(caseId);
      return;
    }
    const event = resultEvent(fact) as EventOf<'TestResultReported' | 'TestResultRetracted'>;
    this.#said.push({ ...fact, index: this.store.all.length });
    const id = idOf('test', String(this.store.all.length));
    const provenance = { source: 'test', laboratory: fact.laboratory };
    await this.store.append(streams.sample(fact.sample), [{ id, event, provenance }], 'any');
  }

  /** The reaction handles the whole log; no case is traced yet. */
  async react(): Promise<void> {
    while (this.#read < this.store.all.length) await this.#react(5);
  }

  /** Some random things happen, or nothing. */
  async stir(): Promise<void> {
    for (let times = this.chance(4); times > 0; times--) await this.#stirOnce();
  }

  async #stirOnce(): Promise<void> {
    const what = this.chance(6);
    if (what < 2) await this.#react(1 + this.chance(4));
    else if (what === 2) await this.#traceOne();
    // At least once: a reader that lost its position starts again from an earlier one.
    else if (what === 3) this.#read = this.chance(this.#read + 1);
    else if (what === 4) {
      this.store.breaksAfter = this.chance(3);
      await this.#react(1 + this.chance(4)).catch((error: Error) => {
        if (error.message !== LOST_POWER) throw error;
      });
      this.store.breaksAfter = Infinity;
    }
  }

  /** Processes all consequences. */
  async settle(): Promise<void> {
    while (this.#read < this.store.all.length || this.#due.size > 0) {
      const unread = this.#read < this.store.all.length;
      if (this.#due.size === 0 || (unread && this.chance(2) === 0)) await this.#react(1 + this.chance(5));
      else await this.#traceOne();
    }
  }

  async #react(most: number): Promise<void> {
    const events: RecordedEvent<EventIn<typeof RESULTS>>[] = [];
    let read = this.#read;
    for (; read < this.store.all.length && events.length < most; read++) {
      const event = this.store.all[read];
      if (event && RESULTS.includes(event)) events.push(event);
    }
    const last = events.at(-1);
    if (last) {
      this.#needed = this.store.all.findIndex(({ id }) => id === last.id) + 1;
      const ask = async (cases: readonly { caseId: string }[]) => cases.forEach(({ caseId }) => this.#due.add(caseId));
      const signal = new AbortController().signal;
      const options = {
        store: this.store,
        graph: this.#graph,
        samples: this.#graph,
        cases: this.#graph,
        authority: 'vn',
        zone: ZONE,
        ask,
        signal,
      };
      await reactToResults({ events: structuredClone(events), position: last.position }, options);
    }
    this.#read = read;
  }

  /** Traces one of the cases that are due, as a worker does: from the current log and graph. */
  async #traceOne(): Promise<void> {
    const due = [...this.#due];
    const caseId = due[this.chance(due.length)];
    if (caseId === undefined) return;
    this.#due.delete(caseId);
    this.#project(this.store.all.length);
    const known = this.#cases.get(caseId);
    if (!known) return;
    const found = new Map<string, Tie>();
    for (const { person, other, tie } of this.#ties.values()) {
      if (known.live && tie && other === known.person) found.set(person, tie);
    }
    const changed = [...found].some(([person, tie]) => !sameTie(tie, known.exposed.get(person)));
    const gone = [...known.exposed.keys()].some((person) => !found.has(person));
    const traceId = idOf('trace', String(this.store.all.length));
    this.#traces.set(traceId, { caseId, found });
    const event = {
      type: 'TraceCompleted' as const,
      data: {
        ...{ caseId, traceId, chunks: changed || gone ? 1 : 0, from: formatInstant(0), until: null },
        ...{ profileId: 'own', profileVersion: 1, graphPosition: '0', counts: [], factors: 0 },
        ...{ greatestDegree: 2, lingeringMinutes: 0 },
      },
    };
    await this.store.append(streams.case(caseId), [{ id: traceId, event, provenance: { source: 'trace' } }], 'any');
  }

  readonly #graph: GraphPosition & Pick<SampleGraph, 'rapidTests' | 'rapidTestsAmong'> & CaseGraph = {
    position: async (): Promise<Position | undefined> => {
      const further = Math.max(this.#needed, this.#projected);
      this.#project(further + this.chance(this.store.all.length - further + 1));
      return this.store.all[this.#projected - 1]?.position;
    },
    rapidTests: async (people, disease) =>
      this.#rapid.filter((test) => people.includes(test.personId) && (disease ?? test.disease) === test.disease),
    rapidTestsAmong: async (traceIds, caseIds) =>
      this.#rapid.filter(({ personId, disease }) =>
        [...this.#cases].some(
          ([caseId, { exposed, ...each }]) =>
            each.disease === disease &&
            (traceIds.includes(exposed.get(personId)?.trace ?? '') ||
              (caseIds.includes(caseId) && exposed.has(personId))),
        ),
      ),
    linksOf: async (personId, disease) =>
      [...this.#cases.values()].flatMap(({ person, live, exposed, ...each }): Link[] => {
        const tie = exposed.get(personId);
        return live && tie && person !== personId && each.disease === disease ? [tie] : [];
      }),
  };

  #project(upTo: number): void {
    for (const { type, data } of this.store.all.slice(this.#projected, upTo)) {
      if (type === 'CaseConfirmed') {
        const { personId: person, disease } = data;
        const exposed = this.#cases.get(data.caseId)?.exposed ?? new Map<string, Tie & { trace: string }>();
        this.#cases.set(data.caseId, { person, disease, live: true, exposed });
      } else if (type === 'CaseRetracted') {
        const known = this.#cases.get(data.caseId);
        if (known) known.live = false;
      } else if (type === 'TraceCompleted') {
        const known = this.#cases.get(data.caseId);
        const found = this.#traces.get(data.traceId)?.found ?? new Map<string, Tie>();
        if (!known) continue;
        const before = known.exposed;
        known.exposed = new Map(
          [...found].map(([person, tie]) => {
            const old = before.get(person);
            return [person, old && sameTie(tie, old) ? old : { ...tie, trace: data.traceId }];
          }),
        );
      }
    }
    this.#projected = Math.max(this.#projected, upTo);
    this.#rapid = heldAfter(this.#said.filter(({ index }) => index < this.#projected))
      .filter(({ outcome, method, pool }) => outcome === 'positive' && method === 'antigen' && pool === 1)
      .map(({ sample: sampleId, person: personId, disease }) => ({ sampleId, personId, disease }));
  }
}

function sameTie(one: Tie, other: Tie | undefined): boolean {
  return other !== undefined && one.degree === other.degree && one.first === other.first && one.last === other.last;
}
