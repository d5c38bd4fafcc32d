import { recipientStream, alertStream, brakeStream } from '../../src/alerting/events.js';
import { caseStream, profilesStream } from '../../src/cases/events.js';
import { allowanceStream, messageStream, operationsStream } from '../../src/delivery/events.js';
import { clockStream, keyStream, storeStream } from '../../src/event-log/events.js';
import { answersStream } from '../../src/health-form/events.js';
import { eventSet, type EventDefinition, type EventIn, type EventSet } from '../../src/kernel/event.js';
import { catalogueOf } from '../../src/event-log/catalogue.js';
import type { Stream } from '../../src/kernel/stream.js';
import { setAsideStream } from '../../src/operations/events.js';
import { personStream } from '../../src/people/events.js';
import { placeKindsStream, placeStream } from '../../src/places/events.js';
import { presenceStream } from '../../src/presence/events.js';
import { reminderStream } from '../../src/reminders/events.js';
import { sampleStream } from '../../src/samples/events.js';
import { taskStream } from '../../src/tasks/events.js';

/** The streams of all modules in one place, for tests that use many of them. */
export const streams = {
  presence: presenceStream,
  sample: sampleStream,
  case: caseStream,
  brake: brakeStream,
  alert: alertStream,
  recipient: recipientStream,
  allowance: allowanceStream,
  message: messageStream,
  reminder: reminderStream,
  answers: answersStream,
  task: taskStream,
  person: personStream,
  key: keyStream,
  place: placeStream,
  placeKinds: placeKindsStream(),
  profiles: profilesStream(),
  operations: operationsStream(),
  setAside: setAsideStream(),
  clock: clockStream(),
  store: storeStream(),
};

const LISTED: readonly { events: EventSet }[] = Object.values(streams);
/** Every type of event that these streams contain. */
export const CATALOGUE = catalogueOf(LISTED);

type Families = { [Name in keyof typeof streams]: (typeof streams)[Name] };
/** Any event of the program. */
export type DomainEvent = {
  [Name in keyof Families]: Families[Name] extends { events: infer Set } ? EventIn<Set> : never;
}[keyof Families];
export type EventType = DomainEvent['type'];
export type EventOf<Type extends EventType> = Extract<DomainEvent, { type: Type }>;

/** A stream by its name alone, which may contain events of any type. */
export function anyStream(name: string): Stream<DomainEvent> {
  return { name, events: CATALOGUE as Stream<DomainEvent>['events'] };
}

/** A stream by its name alone, which may even contain events that the program does not know. */
export function openStream(name: string): Stream {
  return { name, events: CATALOGUE };
}

/** The set of events of these types. */
export function eventsOf<Type extends EventType>(...types: readonly Type[]): EventSet<EventOf<Type>> {
  return eventSet(...types.map((type) => CATALOGUE.of(type) as EventDefinition<EventOf<Type>>));
}
