import {
  allProfiles,
  caseDecider,
  caseStream,
  type CaseEvent,
  type CaseState,
  type Contact,
  type DiseaseProfile,
  type Factor,
  type TraceCompleted,
} from '../cases/index.js';
import { randomUUID } from 'node:crypto';
import { addToContactList, emptyContactList, type ContactList } from './contacts.js';
import { formatInstant, readInstant } from '../kernel/instant.js';
import { graphPast } from '../contact-graph/graph-past.js';
import type { GraphPosition } from '../contact-graph/graph-position.js';
import type { TraceGraph } from '../contact-graph/ports.js';
import { TRACED } from '../contact-graph/reads.js';
import {
  comparePositions,
  following,
  START_OF_LOG,
  type EventStore,
  type Position,
  type Provenance,
} from '../event-log/event-store.js';
import { idOf } from '../kernel/ids.js';
import { chunked } from './chunks.js';
import { trace, type TracedFactor, type TracedMeeting, type TraceResult } from './engine.js';
import { formatPosition, readPosition } from './graph-position.js';

export interface TraceJob {
  caseId: string;
  /** Position that the graph must have passed before it is read; without it, that of the case's last event. */
  commit?: string;
  prepare?: string;
}

export interface TraceDependencies {
  store: EventStore;
  graph: GraphPosition;
  /**
   * Lets a trace read the graph in one transaction. Fails if the graph has not passed the position or was emptied
   * meanwhile: a partial graph would lose contacts.
   */
  reading: <T>(run: (graph: TraceGraph) => Promise<T>, past: Position) => Promise<T>;
  /** Aborting it ends the wait for the graph. */
  signal?: AbortSignal;
}

export interface TraceOutcome {
  /** Whether anything was appended. */
  changed: boolean;
  /** How many contacts there are of each degree, from 1. */
  counts: number[];
}

const SOURCE = 'trace';
/** Milliseconds between reads of the graph's checkpoint. */
const LOOK_EVERY = 25;
const PATIENCE = 30_000;

/** The graph is still behind; the job must be tried again. */
export class GraphBehind extends Error {
  constructor() {
    super('the graph has not passed the event that caused this trace');
    this.name = 'GraphBehind';
  }
}

/**
 * Traces a case once: waits for the graph, finds its contacts, and appends how they differ from the case's latest
 * trace. Does nothing if that trace already read everything that this one is asked to. Appends expect an exact
 * revision, so of two workers on one case, one fails and starts again.
 * @throws GraphBehind, WrongRevision: try again.
 */
export async function traceCase(job: TraceJob, dependencies: TraceDependencies): Promise<TraceOutcome> {
  const { store, graph, reading, signal } = dependencies;
  const before = await readCase(store, job.caseId);
  if (before.state.status === 'unknown') return { changed: false, counts: [] };
  const wanted = job.commit && job.prepare ? { commit: BigInt(job.commit), prepare: BigInt(job.prepare) } : undefined;
  const { state, list } = before;
  const read = list.latest && readPosition(list.latest.graphPosition);
  if (wanted && read && !list.due && comparePositions(read, wanted) >= 0) {
    return { changed: false, counts: list.latest?.counts ?? [] };
  }
  const waiting = { reads: TRACED, every: LOOK_EVERY, patience: PATIENCE };
  const graphPosition = await graphPast(graph, later(wanted, before.cause), signal, waiting).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
  if (!graphPosition) throw new GraphBehind();
  const rules = await rulesOf(store, before);
  const result =
    state.status === 'live' && state.window && rules
      ? await reading(
          (slots) =>
            trace(slots, {
              personId: state.personId,
              disease: state.disease,
              window: {
                from: readInstant(state.window?.from ?? ''),
                until: state.window?.until ? readInstant(state.window.until) : null,
                untilStated: [...state.evidence.values()].some(({ infectiousUntil }) => infectiousUntil !== null),
                anchorAt: clearableFrom(state, rules),
              },
              rules,
            }),
          graphPosition,
        )
      : undefined;
  const contacts = result ? contactsOf(result) : new Map<string, Contact>();
  const { found, gone } = difference(list.contacts, contacts);
  const sharing = difference(list.factors, new Map(result?.factors.map((each) => [each.person, factorOf(each)])));
  const window = result
    ? windowOf(result)
    : {
        ...{ from: list.latest?.from ?? formatInstant(0), until: list.latest?.until ?? null },
        ...(list.latest?.isolated && { isolated: list.latest.isolated }),
      };
  const { latest } = list;
  const sameWindow =
    latest?.from === window.from &&
    latest.until === window.until &&
    JSON.stringify(latest.isolated) === JSON.stringify(window.isolated);
  const counts = result?.degrees.map((each) => each.length) ?? [];
  const changes = [found, gone, sharing.found, sharing.gone];
  if (!list.due && changes.every(({ length }) => length === 0) && sameWindow) return { changed: false, counts };

  const traceId = randomUUID();
  const chunks = chunked({ found, gone, factors: sharing.found, factorsGone: sharing.gone }).map((part, index) => ({
    caseId: job.caseId,
    traceId,
    index,
    ...part,
  }));
  const events: CaseEvent[] = [
    ...chunks.map((data): CaseEvent => ({ type: 'ContactsTraced', data })),
    {
      type: 'TraceCompleted',
      data: {
        caseId: job.caseId,
        traceId,
        chunks: chunks.length,
        ...window,
        profileId: rules?.id ?? list.latest?.profileId ?? 'none',
        profileVersion: rules?.version ?? list.latest?.profileVersion ?? 1,
        graphPosition: formatPosition(graphPosition),
        counts,
        factors: result?.factors.length ?? 0,
        greatestDegree: rules?.greatestDegree ?? list.latest?.greatestDegree ?? 2,
        lingeringMinutes: rules?.lingeringMinutes ?? list.latest?.lingeringMinutes ?? 0,
      },
    },
  ];
  let revision = before.revision;
  for (const event of events) {
    const id = idOf('trace', traceId, event.type, String(revision));
    const provenance = before.because;
    ({ revision } = await store.append(caseStream(job.caseId), [{ id, event, provenance }], revision));
  }
  return { changed: true, counts };
}

interface CaseHistory {
  state: CaseState;
  list: ContactList;
  revision: number;
  /** What the graph must have passed: the case's last change, and the position that the latest trace had read. */
  cause: Position;
  /** Provenance of the events that the trace appends: they follow from the case's last change. */
  because: Provenance;
  /** The profile of the last InfectiousWindowChanged. */
  profile: { id: string; version: number } | undefined;
}

async function readCase(store: EventStore, caseId: string): Promise<CaseHistory> {
  const history: CaseHistory = {
    state: caseDecider.initialState,
    list: emptyContactList(),
    revision: -1,
    cause: START_OF_LOG,
    because: { source: SOURCE },
    profile: undefined,
  };
  for await (const event of store.read(caseStream(caseId))) {
    history.state = caseDecider.evolve(history.state, event);
    addToContactList(history.list, event);
    history.revision = event.revision;
    if (event.type === 'InfectiousWindowChanged') {
      history.profile = { id: event.data.profileId, version: event.data.profileVersion };
    }
    if (event.type === 'TraceCompleted') {
      // A graph that is being rebuilt is behind this position for a while, and would miss contacts that the trace
      // found.
      history.cause = later(readPosition(event.data.graphPosition), history.cause);
    } else if (event.type !== 'ContactsTraced') {
      history.cause = later(event.position, history.cause);
      history.because = following(event, SOURCE);
    }
  }
  return history;
}

/**
 * A sample taken before the symptoms does not show that they ended, even if the window began with an earlier sample.
 */
function clearableFrom({ window, evidence }: CaseState, { infectious: { anchorChoice } }: DiseaseProfile): number {
  const anchorAt = readInstant(window?.anchorAt ?? '');
  if (anchorChoice !== 'earliest') return anchorAt;
  const known = [...evidence.values()].flatMap(({ onsetAt, rashAt }) => [onsetAt ?? [], rashAt ?? []].flat());
  const first = Math.min(...known.map(readInstant));
  return first === Infinity ? anchorAt : Math.max(anchorAt, first);
}

async function rulesOf(store: EventStore, { profile }: CaseHistory): Promise<DiseaseProfile | undefined> {
  if (!profile) return undefined;
  const profiles = await allProfiles(store);
  const rules = profiles.find((each) => each.id === profile.id && each.version === profile.version);
  if (!rules) throw new Error(`profile ${profile.id} of version ${profile.version} is not known here`);
  return rules;
}

function later(a: Position | undefined, b: Position): Position {
  return a && comparePositions(a, b) > 0 ? a : b;
}

function windowOf({
  window: { from, until, isolated },
}: TraceResult): Pick<TraceCompleted['data'], 'from' | 'until' | 'isolated'> {
  const covered: TraceCompleted['data']['isolated'] = [];
  for (let i = 0; i + 1 < isolated.length; i += 2) {
    covered.push({ from: formatInstant(isolated[i] as number), until: formatInstant(isolated[i + 1] as number) });
  }
  return {
    ...{ from: formatInstant(from), until: until === null ? null : formatInstant(until) },
    ...(covered.length > 0 && { isolated: covered }),
  };
}

function contactsOf({ degrees }: TraceResult): Map<string, Contact> {
  const contacts = new Map<string, Contact>();
  for (const { person, degree, first, last, seconds, meetings, via, shared } of degrees.flat()) {
    contacts.set(person, {
      personId: person,
      degree,
      firstExposureAt: formatInstant(first),
      minutes: seconds / 60,
      meetings: joined(meetings).map(({ place, from, to, imputed, lingering }) => ({
        placeId: place ?? null,
        from: formatInstant(from),
        to: formatInstant(to),
        imputed,
        lingering,
      })),
      via: [...via],
      lastExposureAt: last === null ? null : formatInstant(last),
      shared: [...shared],
    });
  }
  return contacts;
}

/** Joins meetings that midnight divides. */
function joined(meetings: readonly TracedMeeting[]): TracedMeeting[] {
  const whole: TracedMeeting[] = [];
  for (const meeting of meetings) {
    const first = whole.findIndex(
      ({ place, to, imputed, lingering }) =>
        place === meeting.place &&
        to === meeting.from &&
        imputed === meeting.imputed &&
        lingering === meeting.lingering,
    );
    const before = whole[first];
    if (before) whole[first] = { ...before, to: meeting.to };
    else whole.push(meeting);
  }
  return whole;
}

function factorOf({ person, shared, since, places }: TracedFactor): Factor {
  return { personId: person, shared, since: formatInstant(since), placeIds: places };
}

function difference<T>(before: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>): { found: T[]; gone: string[] } {
  const found: T[] = [];
  for (const [personId, each] of now) {
    const known = before.get(personId);
    if (!known || JSON.stringify(known) !== JSON.stringify(each)) found.push(each);
  }
  return { found, gone: [...before.keys()].filter((personId) => !now.has(personId)) };
}
