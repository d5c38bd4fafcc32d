import { TraceCompleted, type CaseToTrace } from '../cases/index.js';
import { PersonIsolated, PersonMerged, PersonRegistered, PersonReleased, PersonUnmerged } from '../people/index.js';
import { LONGEST_STAY_MINUTES, PlaceCorrected, PlaceKindRuled, PlaceRegistered } from '../places/index.js';
import { CheckedIn, CheckedOut, ProximityObserved, VisitCorrected, VisitRetracted } from '../presence/index.js';
import { TestResultCorrected, TestResultReported, TestResultRetracted } from '../samples/index.js';
import { GraphRebuilt } from '../contact-graph/graph-past.js';
import { eventSet, type EventIn } from '../kernel/event.js';
import { dayOf, readInstant, SECONDS_PER_DAY } from '../kernel/instant.js';
import type { GraphPosition } from '../contact-graph/graph-position.js';
import { comparePositions, type Batch, type Position, type RecordedEvent } from '../event-log/event-store.js';
import { readPosition } from './graph-position.js';
import type { TouchedBy, TracingGraph } from './tracing-graph.js';

/** What an event may touch, and its position in the log. */
interface Touch {
  position: Position;
  people: string[];
  stay: { placeId: string; from: number; to: number } | undefined;
  /** A place that was registered. */
  placeId: string | undefined;
  /** A person who may have moved to another household. */
  moved: string | undefined;
  /** It may touch any case: the event does not show how far it reaches. */
  any: boolean;
}

/**
 * Above this number of events at once, as in an import, tracing every live case again is cheaper than a query for each
 * event.
 */
const ASKED_AT_ONCE = 2_000;
/** Seconds; later than any instant. */
const ALWAYS = 2 ** 32;
/** Events remembered for traces that were running when they came. */
const REMEMBERED = 50_000;

export const TOUCHING = eventSet(
  CheckedIn,
  CheckedOut,
  VisitCorrected,
  VisitRetracted,
  ProximityObserved,
  PersonIsolated,
  PersonReleased,
  PersonMerged,
  PersonUnmerged,
  TestResultReported,
  TestResultCorrected,
  TestResultRetracted,
  PersonRegistered,
  PlaceRegistered,
  PlaceCorrected,
  PlaceKindRuled,
  TraceCompleted,
);
type Touching = EventIn<typeof TOUCHING>;

/**
 * "Trace a case again when something happened to its people or their places." For events that have reached the graph,
 * finds the live cases that they touch. A trace reads the graph at one moment and is recorded later: events in between
 * are checked against it once its contacts are in the graph.
 */
export class TouchedCases {
  #recent: Touch[] = [];
  /** Events up to this position are not remembered. */
  #forgotten: Position | undefined;

  constructor(
    private readonly cases: Pick<TracingGraph, 'liveCases' | 'touchedCases'>,
    private readonly graph: GraphPosition,
    /** Resolves when the graph has passed a position. */
    private readonly graphPast: (position: Position) => Promise<unknown>,
    /** Seconds for which the air of a place stays infectious, the most under any profile. */
    private readonly lingering: () => Promise<number>,
  ) {}

  /** Call when the log was replaced: no event of the old one came while a trace of the new one ran. */
  forget(): void {
    this.#recent = [];
    this.#forgotten = undefined;
  }

  /**
   * Returns the cases to trace again after a batch.
   * @param late whether the batch was set aside before: it then says nothing about the events read around it.
   */
  async after({ events }: Batch<Touching>, late = false): Promise<CaseToTrace[]> {
    // The batch may end at an event that the graph ignores and so may never pass.
    const last = events.at(-1)?.position;
    if (!last) return [];
    if (!late) this.#forgotten ??= events[0]?.position;
    const touches: Touch[] = [];
    const completed: RecordedEvent<TraceCompleted>[] = [];
    for (const event of events) {
      if (event.type === 'TraceCompleted') completed.push(event);
      else touches.push(touchOf(event));
    }
    if (!late) this.#remember(touches);
    await this.graphPast(last);
    const touched = new Set(await this.#touchedBy(touches));
    const touchedAt = touches.at(-1)?.position ?? last;
    const again = new Set(touched);
    for (const { data } of completed) {
      if (!again.has(data.caseId) && (await this.#missed(data.caseId, readPosition(data.graphPosition)))) {
        again.add(data.caseId);
      }
    }
    // If the graph was emptied between these queries, it had no cases to find.
    const position = await this.graph.position();
    if (!position || comparePositions(position, last) < 0) throw new GraphRebuilt();
    return [...again].map((caseId) => ({ caseId, position: touched.has(caseId) ? touchedAt : last }));
  }

  async #touchedBy(touches: readonly Touch[]): Promise<string[]> {
    if (touches.length === 0) return [];
    const live = await this.cases.liveCases(ALWAYS);
    if (live.length === 0 || touches.some(({ any }) => any)) return live;
    const people = [...new Set(touches.flatMap((touch) => touch.people))];
    const places = [...new Set(touches.flatMap(({ placeId }) => placeId ?? []))];
    const moved = touches.flatMap(({ moved: personId, position }) =>
      personId === undefined ? [] : [{ personId, at: position.commit }],
    );
    const lingering = await this.lingering();
    const stays = touches.flatMap(({ stay }) => (stay ? daysOf(stay, lingering) : []));
    if (touches.length <= ASKED_AT_ONCE) return this.cases.touchedCases({ people, stays, places, moved, lingering });
    // A corrected visit may have been near a case long before its new time, so its person is still queried.
    const latest = stays.reduce((last, { to }) => Math.max(last, to), 0);
    const [met, known] = await Promise.all([
      this.cases.liveCases(latest),
      this.cases.touchedCases({ people, stays: [], places, moved, lingering }),
    ]);
    return [...new Set([...met, ...known])];
  }

  /** Whether an event that a trace did not see touches its case. */
  async #missed(caseId: string, seen: Position): Promise<boolean> {
    if (this.#forgotten && comparePositions(seen, this.#forgotten) < 0) return true;
    const unseen = this.#recent.filter(({ position }) => comparePositions(position, seen) > 0);
    return (await this.#touchedBy(unseen)).includes(caseId);
  }

  #remember(touches: readonly Touch[]): void {
    this.#recent.push(...touches);
    if (this.#recent.length <= REMEMBERED) return;
    const dropped = this.#recent.splice(0, this.#recent.length - REMEMBERED / 2);
    this.#forgotten = dropped[dropped.length - 1]?.position ?? this.#forgotten;
  }
}

function touchOf(event: RecordedEvent<Exclude<Touching, TraceCompleted>>): Touch {
  const { position } = event;
  const none = { position, people: [], stay: undefined, placeId: undefined, moved: undefined, any: false };
  switch (event.type) {
    case 'CheckedIn':
    case 'CheckedOut':
    case 'VisitCorrected': {
      const { personId, placeId, arrivedAt, leftAt } = event.data;
      const from = readInstant(arrivedAt);
      // The length of an open stay depends on its place, so this takes the longest.
      const to = leftAt === null ? from + LONGEST_STAY_MINUTES * 60 : readInstant(leftAt);
      return { ...none, people: [personId], stay: { placeId, from, to } };
    }
    case 'VisitRetracted':
    case 'PersonIsolated':
    case 'PersonReleased':
    case 'TestResultReported':
    case 'TestResultCorrected':
    case 'TestResultRetracted':
      return { ...none, people: [event.data.personId] };
    case 'PersonMerged':
      return { ...none, people: [event.data.personId, event.data.into] };
    case 'PersonUnmerged':
      return { ...none, people: [event.data.personId, event.data.from] };
    case 'ProximityObserved':
      return { ...none, people: [event.data.personA, event.data.personB] };
    case 'PersonRegistered':
      return { ...none, moved: event.data.personId };
    case 'PlaceRegistered':
      return { ...none, placeId: event.data.placeId, any: event.data.defaultStayMinutes !== null };
    case 'PlaceCorrected':
    case 'PlaceKindRuled':
      return { ...none, any: true };
  }
}

/** Divides a stay by the days on which people whom it met, or whose air it shared, may have been there. */
function daysOf({ placeId, from, to }: NonNullable<Touch['stay']>, lingering: number): TouchedBy['stays'] {
  const days: TouchedBy['stays'] = [];
  for (let day = dayOf(from - lingering); day * SECONDS_PER_DAY < to; day++) days.push({ placeId, day, from, to });
  return days;
}
