import { PersonMerged, PersonUnmerged } from '../people/index.js';
import { eventSet, union, type EventIn } from '../kernel/event.js';
import type { SampleGraph } from '../samples/index.js';
import type { CaseGraph } from './case-graph.js';
import { STATEMENTS } from './verdicts.js';
import {
  CaseConfirmed,
  CaseEvidenceWithdrawn,
  CaseRetracted,
  InfectiousWindowChanged,
  ProfileAdded,
  TraceCompleted,
} from './events.js';
import type { ProfilesInUse } from './profile.js';
import { isRapid } from './rapid-antigen.js';
import type { GraphPosition } from '../contact-graph/graph-position.js';
import { comparePositions, type Batch, type EventStore, type Position } from '../event-log/event-store.js';
import { profilesInUse } from './profiles.js';
import { calendarOf } from '../platform/calendar.js';
import { applyMerge } from './merged-cases.js';
import { applyResult, type Suspected } from './open-cases.js';
import { confirmByRapidTests } from './rapid-tests.js';
import { graphPast, GraphRebuilt } from '../contact-graph/graph-past.js';

/** The events after which a case is traced. */
export const CASE_CHANGES = eventSet(CaseConfirmed, CaseEvidenceWithdrawn, InfectiousWindowChanged, CaseRetracted);
/** Merged records may have separate cases of one illness. */
const MERGES = eventSet(PersonMerged, PersonUnmerged);
/** A contact that a trace found may have a rapid test that waits for exactly that. */
const USED = union(union(STATEMENTS, MERGES), union(CASE_CHANGES, eventSet(TraceCompleted)));
type Used = EventIn<typeof USED>;

/** ProfileAdded is read only so that an unreadable profile is noted: its rules are missing. */
export const RESULTS = union(USED, eventSet(ProfileAdded));

/** A case that changed or was touched by an event, up to a position of the log. */
export interface CaseToTrace {
  caseId: string;
  position: Position;
}

export interface ResultsOptions {
  store: EventStore;
  graph: GraphPosition;
  /** What the graph knows of rapid tests, and of links to other people's cases. */
  samples: Pick<SampleGraph, 'rapidTests' | 'rapidTestsAmong'>;
  cases: CaseGraph;
  /** Authority whose disease profiles apply where the program has several. */
  authority: string;
  /** Time zone of the days on which profiles take effect and contacts are followed up. */
  zone: string;
  /** Queues traces. */
  ask: (cases: readonly CaseToTrace[]) => Promise<void>;
  /** Aborting it ends the wait for the graph. */
  signal: AbortSignal;
}

/** Opens, changes and retracts cases according to results, and queues a trace of every case that changed. */
export async function reactToResults(read: Batch<EventIn<typeof RESULTS>>, options: ResultsOptions): Promise<void> {
  const { store, authority, zone } = options;
  // The graph ignores profiles, so it may never pass the position of one.
  const batch = { ...read, events: read.events.filter(USED.includes) };
  if (batch.events.length === 0) return;
  const profiles = { all: await profilesInUse(store, authority), calendar: calendarOf(zone) };
  const suspected = await openFrom(options.store, profiles, batch);
  await options.ask(changedCases(batch));
  if (profiles.all.some(({ rapidAntigen }) => rapidAntigen !== null)) {
    await takeUpRapidTests(options, profiles, batch, suspected);
  }
}

/**
 * Returns people with a rapid test that still may confirm: it does not confirm a case on its own, or it confirmed a
 * case before and may now be the second test that another one waits for.
 */
async function openFrom(store: EventStore, profiles: ProfilesInUse, { events }: Batch<Used>): Promise<Suspected[]> {
  const suspected: Suspected[] = [];
  for (const event of events) {
    if (MERGES.includes(event)) await applyMerge(store, profiles, event);
    if (!STATEMENTS.includes(event)) continue;
    const waiting = await applyResult(store, profiles, event);
    if (waiting) suspected.push(waiting);
    else if (event.type !== 'TestResultRetracted' && isRapid(event.data)) suspected.push(event.data);
  }
  return suspected;
}

async function takeUpRapidTests(
  { store, graph, samples, cases, signal }: ResultsOptions,
  profiles: ProfilesInUse,
  { events }: Batch<Used>,
  suspected: readonly Suspected[],
): Promise<void> {
  const traced = events.flatMap(({ type, data }) => (type === 'TraceCompleted' && data.chunks > 0 ? [data] : []));
  // A case that was retracted for a while may have kept its contacts, and its next trace then reports no change. The
  // first event of a case opens it, so it has no contacts yet.
  const confirmed = events.flatMap(({ type, data, revision }) =>
    type === 'CaseConfirmed' && revision > 0 ? [data.caseId] : [],
  );
  // After a merge, a person may turn out to be a contact under the other record.
  const merged = events.flatMap(({ type, data }) => (type === 'PersonMerged' ? [data.personId, data.into] : []));
  const last = events.at(-1)?.position;
  if (!last || [suspected, traced, confirmed, merged].every(({ length }) => length === 0)) return;
  await graphPast(graph, last, signal);
  const traceIds = traced.map(({ traceId }) => traceId);
  const found = [...(await samples.rapidTestsAmong(traceIds, confirmed)), ...(await samples.rapidTests(merged))];
  await confirmByRapidTests(store, { samples, cases }, profiles, [...suspected, ...found]);
  // If the graph was emptied meanwhile, it had no links to find.
  const position = await graph.position();
  if (!position || comparePositions(position, last) < 0) throw new GraphRebuilt();
}

/** The cases that a batch changed, each with the last event that did. */
export function changedCases(batch: Pick<Batch, 'events'>): CaseToTrace[] {
  const changed = new Map<string, Position>();
  for (const event of batch.events) {
    if (CASE_CHANGES.includes(event)) changed.set(event.data.caseId, event.position);
  }
  return [...changed].map(([caseId, position]) => ({ caseId, position }));
}
