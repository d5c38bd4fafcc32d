import { START_OF_LOG } from '../event-log/event-store.js';
import { eventBits } from './event-bits.js';
import type { Numbering } from './numbering.js';
import { DEFAULT_STAY_MINUTES, placeKindOf } from './place-facts.js';
import type { VisitReport, VisitStep } from './projection.js';
import { RowChanges } from './row-changes.js';
import { Spill, type Layout } from './spill.js';
import { numberOfKey, visitKeyOf } from './visit-key.js';
import { factOf, newVisit, restatedFact, type VisitState } from './visits.js';

/**
 * A report of a visit: the person; the place, 0 if it is retracted; the lower 32 bits of the visit's key; its upper 21
 * bits with the flags below; bits of the id of the event; from; to; how many steps about lengths of stay came before;
 * the row of the seat.
 */
const REPORTS: Layout = { words: 9, hash: (words, at) => words[at] as number };
const UPPER = 2 ** 21 - 1;
const OPEN = 2 ** 21;
const CHECK_IN = 2 ** 22;
const SEAT_KNOWN = 2 ** 23;
const SEAT_KEPT = 2 ** 24;

/**
 * A step about lengths of stay: the place, 0 if it is about a kind; 1 + the minutes, 0 for null; the number of the kind;
 * bits of the id of the event.
 */
const STEPS: Layout = { words: 4, hash: () => 0 };

type StayStep = Exclude<VisitStep, { report: VisitReport }>;

/** What the log says of visits, with numbers instead of ids: more than fits into memory, ordered by person. */
export class Gathered {
  readonly #reports = new Spill(REPORTS);
  readonly #steps = new Spill(STEPS);
  readonly #report = new Uint32Array(REPORTS.words);
  readonly #step = new Uint32Array(STEPS.words);
  /** Numbers of the kinds of places, of which there are few. */
  readonly #kinds = new Map<string, number>();

  /** @param numbering which gives each person and place a number before an event with it is added. */
  constructor(private readonly numbering: Pick<Numbering, 'person' | 'place'>) {}

  /** The number of reports that were added. */
  get reports(): number {
    return this.#reports.count;
  }

  /** Adds what an event says; all events in the order of the log. */
  add(step: VisitStep, eventId: string): void {
    if ('report' in step) this.#addReport(step.report, eventBits(eventId));
    else this.#addStep(step, eventBits(eventId));
  }

  /** Must be called now and then, since what is added is written meanwhile. */
  async settle(): Promise<void> {
    await Promise.all([this.#reports.settle(), this.#steps.settle()]);
  }

  /**
   * Applies everything in the order of the log, some people after others: their changes are those of empty rows, and
   * whole.
   * @param most reports at a time, unless one person has more.
   */
  async *changes(most: number): AsyncGenerator<{ reports: number; changes: RowChanges }> {
    for await (const reports of this.#reports.portions(most)) {
      yield { reports: reports.length / REPORTS.words, changes: await this.#replay(reports) };
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#reports.close(), this.#steps.close()]);
  }

  #addReport({ visitId, personId, placeId, from, to, checkIn, seatRow }: VisitReport, event: number): void {
    const { key, number } = visitKeyOf(visitId);
    const report = this.#report;
    report[0] = this.numbering.person(personId);
    report[1] = placeId === null ? 0 : this.numbering.place(placeId).number;
    report[2] = number;
    report[3] =
      Math.floor(key / 2 ** 32) |
      (to === null ? OPEN : 0) |
      (checkIn ? CHECK_IN : 0) |
      (seatRow === undefined ? SEAT_KEPT : seatRow === null ? 0 : SEAT_KNOWN);
    report[4] = event;
    report[5] = from;
    report[6] = to ?? 0;
    report[7] = this.#steps.count;
    report[8] = seatRow ?? 0;
    this.#reports.add(report);
  }

  #addStep(step: StayStep, event: number): void {
    const minutes = 'placeId' in step ? step.ownStay : step.stayMinutes;
    const kind = 'placeId' in step ? placeKindOf(step.kind) : step.ruled;
    this.#step[0] = 'placeId' in step ? this.numbering.place(step.placeId).number : 0;
    this.#step[1] = minutes === null ? 0 : minutes + 1;
    this.#step[2] = this.#kindOf(kind);
    this.#step[3] = event;
    this.#steps.add(this.#step);
  }

  #kindOf(kind: string): number {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    this.#kinds.set(kind, this.#kinds.size);
    return this.#kinds.size - 1;
  }

  async #replay(reports: Uint32Array): Promise<RowChanges> {
    const visits = new NewVisits();
    const stays = new Stays(this.#kindOf(''));
    const changes = new RowChanges([]);
    const places = new Set<number>();
    for (let i = 1; i < reports.length; i += REPORTS.words) places.add(reports[i] as number);
    let done = 0;
    let at = 0;
    /** Applies everything that was reported before the step with this number, or before the end. */
    const reportUntil = (step: number) => {
      const more = step < this.#steps.count;
      for (; at < reports.length && (reports[at + 7] as number) <= step; at += REPORTS.words) {
        const place = reports[at + 1] as number;
        const flags = reports[at + 3] as number;
        const state = visits.of(reports[at] as number, (flags & UPPER) * 2 ** 32 + (reports[at + 2] as number));
        const report = {
          from: reports[at + 5] as number,
          to: flags & OPEN ? null : (reports[at + 6] as number),
          checkIn: (flags & CHECK_IN) !== 0,
          seatRow: flags & SEAT_KEPT ? undefined : flags & SEAT_KNOWN ? (reports[at + 8] as number) : null,
        };
        const where = place === 0 ? undefined : { place, stayMinutes: stays.at(place) };
        changes.apply(state, factOf(report, where, reports[at + 4] as number), START_OF_LOG);
        if (more && state.open) stays.note(state);
      }
    };
    for await (const steps of this.#steps.first()) {
      for (let i = 0; i < steps.length; i += STEPS.words) {
        const place = steps[i] as number;
        const step = done++;
        if (place !== 0 && !places.has(place)) continue;
        reportUntil(step);
        const minutes = (steps[i + 1] as number) - 1;
        for (const { state, stayMinutes } of stays.restate(
          place,
          minutes < 0 ? null : minutes,
          steps[i + 2] as number,
        )) {
          const fact = restatedFact(state, { place: state.place, stayMinutes }, steps[i + 3] as number);
          if (fact) changes.apply(state, fact, START_OF_LOG);
        }
      }
    }
    reportUntil(done);
    return changes;
  }
}

/** The visits of some people, of which the graph has none yet. */
class NewVisits {
  /** By the lower 32 bits of the key as a signed number, which makes a fast key. */
  readonly #byNumber = new Map<number, VisitState>();
  /** Numbers, by person, of the very few visits that could not have the number of their key. */
  readonly #moved = new Set<string>();

  of(person: number, key: number): VisitState {
    const own = numberOfKey(key);
    const bucket = this.#byNumber.get(own | 0);
    for (let state = bucket; state; state = state.next) {
      if (state.key === key && state.person === person) return state;
    }
    let number = own;
    while (this.#taken(number, person)) number = (number + 1) >>> 0;
    if (number !== own) this.#moved.add(`${number} of ${person}`);
    const made = newVisit(key, number, person);
    made.next = bucket;
    this.#byNumber.set(own | 0, made);
    return made;
  }

  #taken(number: number, person: number): boolean {
    for (let state = this.#byNumber.get(number | 0); state; state = state.next) {
      if (state.person === person && state.number === number) return true;
    }
    return this.#moved.size > 0 && this.#moved.has(`${number} of ${person}`);
  }
}

/** How long people without a check-out stay, by number of the place, and the visits there that may be open. */
class Stays {
  /** Own minutes and kind of each place that was described. */
  readonly #places = new Map<number, { ownStay: number | null; kind: number }>();
  readonly #kinds = new Map<number, number>();
  readonly #open = new Map<number, Set<VisitState>>();

  /** @param unknown the kind of a place that was not described. */
  constructor(private readonly unknown: number) {}

  at(place: number): number {
    const { ownStay, kind } = this.#places.get(place) ?? { ownStay: null, kind: this.unknown };
    return ownStay ?? this.#kinds.get(kind) ?? DEFAULT_STAY_MINUTES;
  }

  note(state: VisitState): void {
    const open = this.#open.get(state.place);
    if (open) open.add(state);
    else this.#open.set(state.place, new Set([state]));
  }

  /** Applies a step. Returns the visits that may be open where it may change the length of stay, with the new length. */
  restate(place: number, minutes: number | null, kind: number): { state: VisitState; stayMinutes: number }[] {
    if (place !== 0) {
      this.#places.set(place, { ownStay: minutes, kind });
      return this.#openAt(place);
    }
    if (minutes === null) this.#kinds.delete(kind);
    else this.#kinds.set(kind, minutes);
    return [...this.#open.keys()]
      .filter((each) => {
        const described = this.#places.get(each);
        return described?.kind === kind && described.ownStay === null;
      })
      .flatMap((each) => this.#openAt(each));
  }

  #openAt(place: number): { state: VisitState; stayMinutes: number }[] {
    const open = this.#open.get(place);
    if (!open) return [];
    const stayMinutes = this.at(place);
    return Array.from(open, (state) => ({ state, stayMinutes })).filter(({ state }) => state.place === place);
  }
}
