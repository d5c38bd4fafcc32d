import type { Contact } from '../cases/index.js';
import type { PlaceGraph } from '../places/index.js';
import { brakeStream } from './events.js';
import { DateTime } from 'luxon';
import { brakeDecider, findUnlikely, type BrakeFacts, type BrakeRules } from './brake.js';
import { readInstant } from '../kernel/instant.js';
import type { AlertGraph, Pace } from './alert-ports.js';
import type { EventStore } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { calendarOf } from '../platform/calendar.js';
import type { Now } from '../platform/clock.js';
import type { CaseView } from './case-views.js';

/** Milliseconds for which the usual numbers are cached: they change slowly, and many cases may be traced at a time. */
const REMEMBERED = 5_000;

/** What the brake asks the contact graph. */
export type BrakeGraph = Pick<AlertGraph, 'pace'> & PlaceGraph;

export function brakeGraph(alerts: Pick<AlertGraph, 'pace'>, places: PlaceGraph): BrakeGraph {
  return { pace: (at) => alerts.pace(at), capacities: (placeIds) => places.capacities(placeIds) };
}

/** Holds back the alerts of a case whose numbers are unlikely, until a person has looked at it. */
export class Brake {
  #pace: { at: number; known: Promise<Pace> } | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly graph: BrakeGraph,
    private readonly rules: BrakeRules,
    private readonly now: Now,
    private readonly zone: string,
  ) {}

  /**
   * Judges a case as its latest trace left it.
   * @param due how many of its contacts may be alerted now.
   * @returns whether its alerts have to wait.
   */
  async judge(view: CaseView, due: number): Promise<boolean> {
    const { caseId, list } = view;
    if (due === 0) return this.isHeld(caseId);
    const contacts = [...list.contacts.values()];
    const [pace, places] = await Promise.all([this.#paceNow(), this.#places(contacts)]);
    const facts: BrakeFacts = {
      ...pace,
      contacts: contacts.length,
      now: due,
      places,
      retracted: this.#retractedToday(view),
    };
    const unlikely = findUnlikely(facts, this.rules);
    const judge = { type: 'Judge' as const, caseId, contacts: contacts.length, unlikely };
    const { state } = await handle(this.store, brakeDecider, brakeStream(caseId), judge, view.because);
    return state.status !== 'free';
  }

  async isHeld(caseId: string): Promise<boolean> {
    return (await load(this.store, brakeDecider, brakeStream(caseId))).state.status !== 'free';
  }

  #retractedToday({ retractedAt }: CaseView): number {
    const today = DateTime.fromMillis(this.now(), { zone: this.zone }).startOf('day').toMillis();
    return retractedAt.filter((at) => at >= today).length;
  }

  #paceNow(): Promise<Pace> {
    const at = this.now();
    if (!this.#pace || at - this.#pace.at > REMEMBERED) {
      const known = this.graph.pace(at);
      this.#pace = { at, known };
      known.catch(() => (this.#pace = undefined));
    }
    return this.#pace.known;
  }

  async #places(contacts: readonly Contact[]): Promise<BrakeFacts['places']> {
    const calendar = calendarOf(this.zone);
    const met = new Map<string, { contacts: number; days: Set<number> }>();
    for (const { meetings } of contacts) {
      const here = new Set<string>();
      for (const { placeId, from } of meetings) {
        if (placeId === null) continue;
        const place = met.get(placeId) ?? { contacts: 0, days: new Set() };
        met.set(placeId, place);
        place.days.add(calendar.dayOf(readInstant(from)));
        if (!here.has(placeId)) place.contacts++;
        here.add(placeId);
      }
    }
    const capacities = await this.graph.capacities([...met.keys()]);
    return [...met].map(([placeId, { contacts: there, days }]) => ({
      placeId,
      contacts: there,
      days: days.size,
      capacity: capacities.get(placeId) ?? null,
    }));
  }
}
