import type { Driver } from './driver.js';
import { LATEST_INSTANT } from '../kernel/instant.js';
import {
  comparePositions,
  type Batch,
  type MarkedEvent,
  type Position,
  type RecordedEvent,
} from '../event-log/event-store.js';
import { lastOf } from '../event-log/log-mark.js';
import type { AsideRegister } from './aside-register.js';
import { FACTS, VISIT_WRITERS } from './checkpoints.js';
import { eventBits } from './event-bits.js';
import { openVisitsAt, placesOfKinds } from './maintenance.js';
import type { Numbering, NumberedPlace } from './numbering.js';
import type { Facts } from './portions.js';
import type { FactProjection, VisitReport, VisitStep } from './projection.js';
import type { SetAside } from './set-aside.js';
import { RowChanges } from './row-changes.js';
import { visitKeyOf } from './visit-key.js';
import type { VisitRows } from './visit-rows.js';
import type { VisitFact, VisitOf, VisitState } from './visits.js';

/** What an event does to visits; `event` are bits of its id. */
type Step = { position: Position; event: number } & VisitStep;

/** A place whose length of stay a batch may change, and the visits there that may be open. */
interface Restated {
  place: NumberedPlace;
  visits: Set<VisitState>;
}

/** A prepared batch: what each partition has to write, and up to which position. */
export interface Prepared {
  position: Position;
  /** The last event of the batch. */
  given: MarkedEvent | undefined;
  changes: RowChanges;
  facts: Facts[];
  /** Events to set aside. */
  aside: SetAside[];
}

/** The dependencies of a preparation. */
interface Means {
  driver: Driver;
  numbering: Numbering;
  /** Undefined while no visits are written. */
  rows: Pick<VisitRows, 'projection' | 'visits' | 'stays' | 'label'> | undefined;
  factProjections: readonly FactProjection[];
  aside: AsideRegister;
  /** Waits until every earlier batch is committed. */
  settle: () => Promise<void>;
}

/** Prepares batches: the changes of their events to the rows of visits, in the order of the log, and the facts to write. */
export class Preparation {
  constructor(private readonly means: Means) {}

  /**
   * @param passed the position of each writer; undefined for events that none of them has passed, and of which none is
   * to be set aside.
   */
  async of(
    { events, position, unreadable = [] }: Batch,
    passed?: ReadonlyMap<string, Position | undefined>,
  ): Promise<Prepared> {
    const { numbering, factProjections, rows } = this.means;
    const late = passed === undefined;
    if (numbering.full) {
      // Batches under way still need the numbers of their people to write their facts.
      await this.means.settle();
      numbering.forget();
    }
    const steps: Step[] = [];
    const facts = factProjections.map((projection) => ({ projection, events: [] as RecordedEvent[] }));
    const stays: RecordedEvent[] = [];
    const byType = new Map<string, Facts[]>();
    for (const entry of facts) {
      for (const type of entry.projection.events.types) byType.set(type, [...(byType.get(type) ?? []), entry]);
    }
    const people = new Set<string>();
    const places = new Set<string>();
    const described = new Set<string>();
    const ruled = new Set<string>();
    const factsPassed = passed?.get(FACTS);
    const aside: SetAside[] = [];
    let unread = 0;
    /** Sets unreadable events aside at their place in the log, since later events may have to wait for them. */
    const leaveOut = (before: Position | undefined) => {
      for (let each = unreadable[unread]; each; each = unreadable[++unread]) {
        if (before && comparePositions(each.position, before) > 0) return;
        const record = this.means.aside.leaveOut(each);
        if (record !== 'known') aside.push(record);
      }
    };
    for (const event of events) {
      leaveOut(event.position);
      const out = late ? undefined : this.means.aside.leftOut(event);
      if (out) {
        if (out !== 'known') aside.push(...out);
        continue;
      }
      const step = rows?.projection.events.includes(event) ? rows.projection.step(event) : undefined;
      if (step) steps.push({ ...step, position: event.position, event: eventBits(event.id) });
      if (step && 'report' in step) {
        const { report } = step;
        if (!numbering.knowsPerson(report.personId)) people.add(report.personId);
        if (report.placeId !== null && !numbering.knowsPlace(report.placeId)) places.add(report.placeId);
        continue;
      }
      if (step && 'placeId' in step) {
        described.add(step.placeId);
        places.add(step.placeId);
      }
      if (step && 'ruled' in step && step.stayMinutes !== numbering.stayOfKind(step.ruled)) ruled.add(step.ruled);
      // Facts that were passed are in the graph, and their people and places have numbers.
      if (factsPassed && comparePositions(event.position, factsPassed) <= 0) continue;
      if (step) stays.push(event);
      for (const entry of byType.get(event.type) ?? []) {
        entry.events.push(event);
        const mentioned = entry.projection.mentions(event);
        mentioned.people?.forEach((id) => people.add(id));
        mentioned.places?.forEach((id) => places.add(id));
      }
    }
    leaveOut(undefined);
    await numbering.ensure(people, places);
    if (rows) facts.push({ projection: rows.stays, events: stays });
    return {
      position,
      given: lastOf({ events, unreadable }),
      changes: rows
        ? await this.#changes(rows, steps, await this.#restated(rows, described, ruled), passed ?? new Map())
        : new RowChanges([]),
      facts: facts.filter((entry) => entry.events.length > 0),
      aside,
    };
  }

  /** The changes of the steps to the rows of visits, in order. */
  async #changes(
    { visits, label }: Pick<VisitRows, 'visits' | 'label'>,
    steps: readonly Step[],
    restated: ReadonlyMap<number, Restated>,
    passed: ReadonlyMap<string, Position | undefined>,
  ): Promise<RowChanges> {
    const open = restated.size === 0 ? [] : await openVisitsAt(this.means.driver, label, [...restated.keys()]);
    const asked: VisitOf[] = [];
    for (const step of steps) if ('report' in step) asked.push(this.#visitOf(step.report));
    const states = await visits.of(asked);
    for (const state of await visits.numbered(open)) restated.get(state.place)?.visits.add(state);
    const changes = new RowChanges(VISIT_WRITERS.map((writer) => passed.get(writer)));
    let next = 0;
    for (const step of steps) {
      if ('report' in step) {
        const state = states[next++] as VisitState;
        const fact = this.#fact(step.report, step.event);
        changes.apply(state, fact, step.position);
        restated.get(fact.place)?.visits.add(state);
        continue;
      }
      // A new length of stay of a place or its kind also applies to visits that are already open there.
      for (const { place, visits: there } of this.#restate(step, restated)) {
        const stayMinutes = this.means.numbering.stayAt(place);
        for (const state of there) {
          if (!state.open || state.place !== place.number || state.from === state.to) continue;
          const { from } = state;
          const to = imputedEnd(from, stayMinutes);
          if (to === state.to) continue;
          const { event } = step;
          changes.apply(
            state,
            { place: place.number, from, to, open: true, checkIn: true, seatRow: undefined, event },
            step.position,
          );
        }
      }
    }
    return changes;
  }

  /** Applies a step about a place or a kind to the numbering. Returns the places that it affects. */
  #restate(step: Exclude<Step, { report: VisitReport }>, restated: ReadonlyMap<number, Restated>): Restated[] {
    if ('placeId' in step) {
      const { number } = this.means.numbering.describe(step.placeId, step.ownStay, step.kind);
      return [restated.get(number) as Restated];
    }
    this.means.numbering.rule(step.ruled, step.stayMinutes);
    return [...restated.values()].filter(({ place }) => place.kind === step.ruled && place.ownStay === null);
  }

  #visitOf({ visitId, personId }: VisitReport): VisitOf {
    return { visit: visitKeyOf(visitId), person: this.means.numbering.person(personId) };
  }

  #fact({ placeId, from, to, checkIn, seatRow }: VisitReport, event: number): VisitFact {
    if (placeId === null) return { place: 0, from: 0, to: 0, open: false, checkIn, seatRow, event };
    const place = this.means.numbering.place(placeId);
    return {
      place: place.number,
      from,
      to: to ?? imputedEnd(from, this.means.numbering.stayAt(place)),
      open: to === null,
      checkIn,
      seatRow,
      event,
    };
  }

  /** The places whose open visits may change in length, by number: places described, and places of the kinds ruled. */
  async #restated(
    { label }: Pick<VisitRows, 'label'>,
    described: ReadonlySet<string>,
    ruled: ReadonlySet<string>,
  ): Promise<Map<number, Restated>> {
    const restated = new Map<number, Restated>();
    if (described.size === 0 && ruled.size === 0) return restated;
    // Pending writes must be in the graph before it is queried for open visits and kinds.
    await this.means.settle();
    const places = ruled.size === 0 ? [] : await placesOfKinds(this.means.driver, label, ruled);
    // Places described in this batch come last: the numbering updates their entries with each step.
    for (const id of described) places.push(this.means.numbering.place(id));
    for (const place of places) restated.set(place.number, { place, visits: new Set() });
    return restated;
  }
}

/** In seconds. Capped, since an instant beyond the last one that can be stored would be read as one long ago. */
function imputedEnd(from: number, stayMinutes: number): number {
  return Math.min(LATEST_INSTANT, from + stayMinutes * 60);
}
