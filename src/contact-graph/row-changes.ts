import { comparePositions, type Position } from '../event-log/event-store.js';
import { DIARIES, SLOTS, VISIT_WRITERS } from './checkpoints.js';
import { firstDiaryOf, stretchesOf } from './diary.js';
import { clip, type Segment } from './packed.js';
import { stayAfter, type VisitFact, type VisitState } from './visits.js';

/** The change of one visit in one slot. */
export interface SlotChange {
  state: VisitState;
  /** Whether the slot already held the visit before this batch, and its seat. */
  existed: boolean;
  wasSeated: boolean;
  segment: Segment | undefined;
  open: boolean;
  seatRow: number | null;
  /** Bits of the id of the last event that changed it. */
  event: number;
}

/** What an event says about one visit in one diary. */
export interface DiaryChange {
  state: VisitState;
  place: number;
  /** Undefined if the visit is not in this stretch, or not any more. */
  segment: Segment | undefined;
  open: boolean;
  seatRow: number | null;
  event: number;
}

/**
 * All changes of a batch to the rows of visits: in slots by visit, where only the last change of the batch counts, and
 * in diaries by event, since a diary tells which events were had.
 */
export class RowChanges {
  readonly #slots: Map<number, SlotChange[]>[] = SLOTS.map(() => new Map<number, SlotChange[]>());
  readonly #diaries: Map<number, DiaryChange[]>[] = DIARIES.map(() => new Map<number, DiaryChange[]>());
  /** Positions of the writers of slots, and of those of diaries: after a crash one may be ahead of another. */
  readonly #slotsPassed: readonly (Position | undefined)[];
  readonly #diariesPassed: readonly (Position | undefined)[];

  /** @param passed the position of each writer, in the order of `VISIT_WRITERS`. */
  constructor(passed: readonly (Position | undefined)[]) {
    this.#slotsPassed = passed.slice(0, SLOTS.length);
    this.#diariesPassed = passed.slice(SLOTS.length, VISIT_WRITERS.length);
  }

  /**
   * Applies one fact at its position in the log, and updates the visit's state. A fact of an event that the visit had
   * changes nothing. A fact that the writer of the person's diaries has passed is in the state already, and in the
   * slots too, whose writers are never behind those of diaries.
   */
  apply(state: VisitState, fact: VisitFact, position: Position): void {
    const writer = diaryWriterOf(state.person);
    const passed = this.#diariesPassed[writer];
    if (passed && comparePositions(position, passed) <= 0) return;
    if (state.events.includes(fact.event)) return;
    const stay = stayAfter(state, fact);
    const seatRow = fact.seatRow === undefined ? state.seatRow : fact.seatRow;
    const { place, from, to, open } = stay;
    const after = { place, from, to, open, seatRow, event: fact.event };
    this.#noteSlots(state, clip(place, from, to), after, position);
    this.#noteDiaries(this.#diaries[writer] as Map<number, DiaryChange[]>, state, after);
    // Exactly as long as needed, since there is one for each visit.
    state.events = state.untouched ? [fact.event] : [...state.events, fact.event];
    state.untouched = false;
    state.place = place;
    state.from = from;
    state.to = to;
    state.open = open;
    state.seatRow = seatRow;
  }

  /** The changes that a writer of slots has to write, by slot. */
  slots(writer: number): ReadonlyMap<number, SlotChange[]> {
    return this.#slots[writer] as Map<number, SlotChange[]>;
  }

  /** The changes that a writer of diaries has to write, by diary, in the order of the log. */
  diaries(writer: number): ReadonlyMap<number, DiaryChange[]> {
    return this.#diaries[writer] as Map<number, DiaryChange[]>;
  }

  #noteSlots(state: VisitState, segments: readonly Segment[], after: After, position: Position): void {
    const before = segmentsOf(state);
    for (const segment of before) {
      if (!findSegment(segments, segment.key)) this.#noteSlot(state, segment, undefined, after, position);
    }
    for (const segment of segments) {
      this.#noteSlot(state, findSegment(before, segment.key), segment, after, position);
    }
  }

  #noteSlot(
    state: VisitState,
    before: Segment | undefined,
    segment: Segment | undefined,
    { open, seatRow, event }: After,
    position: Position,
  ): void {
    const key = (segment ?? before)?.key as number;
    const index = slotWriterOf(key);
    const passed = this.#slotsPassed[index];
    if (passed && comparePositions(position, passed) <= 0) return;
    const slots = this.#slots[index] as Map<number, SlotChange[]>;
    const changes = slots.get(key);
    // Nearly all visits are new, so they cannot be among the changes: skip the search.
    const change = state.untouched ? undefined : changes?.find((each) => each.state === state);
    if (change) {
      Object.assign(change, { segment, open, seatRow, event });
      return;
    }
    const moved = before?.from !== segment?.from || before?.to !== segment?.to;
    if (before && segment && !moved && state.open === open && state.seatRow === seatRow) return;
    const wasSeated = before !== undefined && state.seatRow !== null;
    const made = { state, existed: before !== undefined, wasSeated, segment, open, seatRow, event };
    if (changes) changes.push(made);
    else slots.set(key, [made]);
  }

  #noteDiaries(diaries: Map<number, DiaryChange[]>, state: VisitState, after: After): void {
    const { place, open, seatRow, event } = after;
    const note = (key: number, segment: Segment | undefined) => {
      const change = { state, place, segment, open, seatRow, event };
      const known = diaries.get(key);
      if (known) known.push(change);
      else diaries.set(key, [change]);
    };
    const stretches = stretchesOf(state.person, after.from, after.to);
    const before = state.from === state.to ? [] : stretchesOf(state.person, state.from, state.to);
    for (const { key } of before) if (!findSegment(stretches, key)) note(key, undefined);
    for (const stretch of stretches) note(stretch.key, stretch);
    // That the event was had stands in the first diary if the visit was and is nowhere.
    if (before.length === 0 && stretches.length === 0) note(firstDiaryOf(state.person), undefined);
  }
}

/** The visit's stay by slot. */
export function segmentsOf({ place, from, to }: VisitState): Segment[] {
  return from === to ? NOWHERE : clip(place, from, to);
}

const NOWHERE: Segment[] = [];

type After = Pick<VisitState, 'place' | 'from' | 'to' | 'open' | 'seatRow'> & { event: number };

/**
 * The number of the writer of a slot. Slots are distributed by place and day: neighbours in either get different
 * writers.
 */
export function slotWriterOf(key: number): number {
  return (Math.floor(key / 65_536) + (key % 65_536)) % SLOTS.length;
}

/** The number of the writer of all diaries of a person. */
export function diaryWriterOf(person: number): number {
  return person % DIARIES.length;
}

function findSegment(segments: readonly Segment[], key: number): Segment | undefined {
  return segments.find((segment) => segment.key === key);
}
