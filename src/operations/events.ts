import { z } from 'zod';
import { freeText, id } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf, BY, withoutBy } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';

/** An operator checked events that are set aside, and accepted that they stay left out: they need no more attention. */
export const SetAsideAccepted = defineEvent({
  type: 'SetAsideAccepted',
  version: 2,
  says: 'An operator checked events that are set aside, and accepted that they stay left out.',
  data: z.strictObject({ events: z.array(id).min(1), reason: freeText }),
  upcasts: [withoutBy],
  named: BY,
});
export type SetAsideAccepted = EventOf<typeof SetAsideAccepted>;

/** The decisions of operators about events that are set aside. */
export const setAsideStream = defineStream({
  pattern: 'operations-set-aside',
  name: () => 'operations-set-aside',
  events: eventSet(SetAsideAccepted),
});

/** All streams of the module. */
export const STREAMS = [setAsideStream];
