import { alerts } from '../../projections/alerts.js';
import { answers } from '../../projections/answers.js';
import { brake } from '../../projections/brake.js';
import { caseWindows } from '../../projections/case-windows.js';
import { cases } from '../../projections/cases.js';
import { heldResults } from '../../projections/held-results.js';
import { households } from '../../projections/households.js';
import { isolations } from '../../projections/isolations.js';
import { merges } from '../../projections/merges.js';
import { messages } from '../../projections/messages.js';
import { operators } from '../../projections/operators.js';
import { placeKinds } from '../../projections/place-kinds.js';
import { places } from '../../projections/places.js';
import { presence } from '../../projections/presence.js';
import { proximity } from '../../projections/proximity.js';
import { reminders } from '../../projections/reminders.js';
import { tasksIn } from '../../projections/tasks.js';
import { tests } from '../../projections/tests.js';
import { type FactProjection, eventsInto } from '../contact-graph/projection.js';
import { calendarOf } from '../platform/calendar.js';

export const VISITS = presence;
/** @param zone in which days are counted. */
export const factProjections = (zone: string): FactProjection[] => [
  ...[places, placeKinds, households, proximity, isolations, merges, tests, heldResults],
  ...[cases, caseWindows, alerts, messages, brake, answers, operators],
  // Made of what all others write.
  tasksIn(calendarOf(zone)),
  reminders,
];
/** Which events they take is the same in every zone. */
export const FACT_PROJECTIONS = factProjections('UTC');

/** What comes into the graph. */
export const GRAPH_EVENTS = eventsInto(VISITS, FACT_PROJECTIONS);
