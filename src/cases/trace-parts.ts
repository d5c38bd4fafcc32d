import type { EventStore, RecordedEvent } from '../event-log/event-store.js';
import { caseStream, type ContactsTraced, type TraceCompleted } from './events.js';

/** Reads the parts of a completed trace, in order. They are right before its end in the stream of the case. */
export async function* partsOf(
  store: Pick<EventStore, 'read'>,
  completed: RecordedEvent<TraceCompleted>,
): AsyncGenerator<ContactsTraced['data']> {
  const { caseId, traceId, chunks } = completed.data;
  if (chunks === 0) return;
  // If it names more parts than there are events before it, read those that exist.
  const first = Math.max(0, completed.revision - chunks);
  for await (const event of store.read(caseStream(caseId), first)) {
    if (event.revision >= completed.revision) return;
    if (event.type === 'ContactsTraced' && event.data.traceId === traceId) yield event.data;
  }
}
