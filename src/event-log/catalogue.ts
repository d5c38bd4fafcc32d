import type { z } from 'zod';
import { LONGEST_TEXT, textTooLongIn } from '../kernel/content.js';
import { Refused } from '../kernel/errors.js';
import { EVENT_REFUSED } from './problems.js';
import { eventSet, fieldOf, fixIn, reasonIn, union, type Event, type EventSet } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';

/** Every type of event that the program knows: those in the streams of its modules. */
export type Catalogue = EventSet;

export function catalogueOf(streams: readonly { events: EventSet }[]): Catalogue {
  return streams.reduce<EventSet>((all, { events }) => union(all, events), eventSet());
}

/**
 * Whether another version of this program wrote an event of an unknown type, rather than the server ($...) or another
 * program on the same server. Our events are recognised by their metadata.
 */
export function isOursOfUnknownType(known: Catalogue, type: string, metadata: unknown): boolean {
  if (known.of(type) || type.startsWith('$') || typeof metadata !== 'object' || metadata === null) return false;
  return (
    'v' in metadata && typeof metadata.v === 'number' && 'source' in metadata && typeof metadata.source === 'string'
  );
}

/** The reason for setting such an event aside. */
export const UNKNOWN_TYPE = 'its type is unknown to this program, which is older than the log';

/** What is to be stored is not what the log takes. */
export class EventRefused extends Refused {
  constructor(type: string, stream: string, issues: readonly z.core.$ZodIssue[]) {
    const shown = issues.slice(0, 5);
    const fixes = shown.flatMap((issue) =>
      fixIn(issue.message) ? [`${fieldOf(issue)}: ${fixIn(issue.message)}.`] : [],
    );
    super(
      EVENT_REFUSED,
      `${type} cannot be stored in ${stream}: ${shown.map((issue) => `${fieldOf(issue)} ${reasonIn(issue.message)}`).join(', ')}.`,
      fixes.length > 0 ? fixes.join(' ') : undefined,
    );
    this.name = 'EventRefused';
  }
}

/** @throws EventRefused naming stream, field and fix when the event does not match its schema. */
export function checkNewEvent(event: Event, { name, events }: Stream): void {
  const { error } = definitionIn(events, event, name).schema.safeParse(event.data);
  if (error) throw new EventRefused(event.type, name, error.issues);
}

/** @throws EventRefused when a text of the event is longer than `LONGEST_TEXT`. */
export function checkTexts(event: Event, stream: string): void {
  const path = textTooLongIn(event.data);
  const message = `is longer than ${LONGEST_TEXT} characters; shorten it`;
  if (path) throw new EventRefused(event.type, stream, [{ code: 'custom', path, message, input: undefined }]);
}

export function definitionIn(events: EventSet, { type }: Pick<Event, 'type'>, stream: string) {
  const definition = events.of(type);
  if (!definition) throw new Error(`${type} is not an event of ${stream}`);
  return definition;
}
