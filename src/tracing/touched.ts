import { TraceCompleted, type CaseToTrace } from '../cases/index.js';
import { PersonIsolated, PersonMerged, PersonRegistered, PersonReleased, PersonUnmerged } from '../people/index.js';
import { LONGEST_STAY_MINUTES, PlaceCorrected, PlaceKindRuled, PlaceRegistered } from '../places/index.js';
import { CheckedIn, CheckedOut, ProximityObserved, VisitCorrected, VisitRetracted } from '../presence/index.js';
import { TestResultCorrected, TestResultReported, TestResultRetracted } from '../samples/index.js';
import { GraphRebuilt } from '../contact-graph/graph-past.js';
import { eventSet, type EventIn } from '../kernel/event.js';
import { dayOf, readInstant, SECONDS_PER_DAY } from '../kernel/instant.js';
import type { GraphQueries, TouchedBy } from '../contact-graph/ports.js';
import { comparePositions, type Batch, type Position, type RecordedEvent } from '../event-log/event-store.js';
import { readPosition } from './graph-position.js';

/** What an event may touch, with where it stands in the log. */
interface Touch {
  position: Position;
  people: string[];
  stay: { placeId: string; from: number; to: number } | undefined;
  /** A place that was described for the first time. */
  placeId: string | undefined;
  /** A person who may have moved to another household by this. */
  moved: string | undefined;
  /** It may touch any case: its reach cannot be told from the event. */
  any: boolean;
}

/** More at once, as in an import, and tracing every live case again is cheaper than asking for each event. */
const ASKED_AT_ONCE = 2_000;
/** Seconds; later than any instant. */
const ALWAYS = 2 ** 32;
/** Events remembered for traces that were under way when they came. */
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
 * "Trace a case again when something happened to its people or their places": finds, for events that have reached the
 * graph, the live cases that they touch. A trace reads the graph at one moment and is known later: events in between
 * are held against it once its contacts are in the graph.
 */
export class TouchedCases {
  #recent: Touch[] = [];
  /** Events up to here are no longer, or not yet, remembered. */
  #forgotten: Position | undefined;

  constructor(
    private readonly graph: GraphQueries,
    /** Resolves when the graph has passed a position. */
    private readonly graphPast: (position: Position) => Promise<unknown>,
    /** Seconds for which the air of a place stays infectious under any profile. */
    private readonly lingering: () => Promise<number>,
  ) {}

  /** The log is another one: nothing of the former came while a trace of this one ran. */
  forget(): void {
    this.#recent = [];
    this.#forgotten = undefined;
  }

  /**
   * The cases to trace again after a batch.
   * @param late whether it was set aside before: it says nothing of what was read around it.
   */
  async after({ events }: Batch<Touching>, late = false): Promise<CaseToTrace[]> {
    // What the batch was read up to may lie further on, at something that the graph never takes and so may never pass.
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
    // A graph that was emptied between these looks knew of no case.
    const position = await this.graph.position();
    if (!position || comparePositions(position, last) < 0) throw new GraphRebuilt();
    return [...again].map((caseId) => ({ caseId, position: touched.has(caseId) ? touchedAt : last }));
  }

  async #touchedBy(touches: readonly Touch[]): Promise<string[]> {
    if (touches.length === 0) return [];
    const live = await this.graph.liveCases(ALWAYS);
    if (live.length === 0 || touches.some(({ any }) => any)) return live;
    const people = [...new Set(touches.flatMap((touch) => touch.people))];
    const places = [...new Set(touches.flatMap(({ placeId }) => placeId ?? []))];
    const moved = touches.flatMap(({ moved: personId, position }) =>
      personId === undefined ? [] : [{ personId, at: position.commit }],
    );
    const lingering = await this.lingering();
    const stays = touches.flatMap(({ stay }) => (stay ? daysOf(stay, lingering) : []));
    if (touches.length <= ASKED_AT_ONCE) return this.graph.touchedCases({ people, stays, places, moved, lingering });
    // A visit may have been moved away from a case to long before it: its person is asked for all the same.
    const latest = stays.reduce((last, { to }) => Math.max(last, to), 0);
    const [met, known] = await Promise.all([
      this.graph.liveCases(latest),
      this.graph.touchedCases({ people, stays: [], places, moved, lingering }),
    ]);
    return [...new Set([...met, ...known])];
  }

  /** Whether something that a trace did not see touches what it found. */
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
      // How long an open stay lasts is the place's to say.
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

/** A stay by the days on which somebody may have been there whom it met, or whose air. */
function daysOf({ placeId, from, to }: NonNullable<Touch['stay']>, lingering: number): TouchedBy['stays'] {
  const days: TouchedBy['stays'] = [];
  for (let day = dayOf(from - lingering); day * SECONDS_PER_DAY < to; day++) days.push({ placeId, day, from, to });
  return days;
}
