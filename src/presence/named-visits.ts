import { presenceStream } from './events.js';
import type { EventStore } from '../event-log/event-store.js';
import { visitIdOf } from './ids.js';

/** An id that this engine made (UUID version 5); ids of other programs have other versions or are not UUIDs. */
const OURS = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

export function isOurVisitId(id: string): boolean {
  return OURS.test(id);
}

/**
 * Finds a visit by the engine's id, which answered its check-in, or by the id that its source gave in `visit_id` of a
 * file or over HTTP. The person and the arrival determine the stream.
 * @returns undefined when no check-in of the person in that month has this id.
 */
export async function visitNamed(
  store: EventStore,
  given: string,
  { personId, arrivedAt }: { personId: string; arrivedAt: string },
): Promise<string | undefined> {
  const known = new Set<string>();
  const sources = new Set<string>();
  for await (const event of store.read(presenceStream(personId, arrivedAt))) {
    if (event.type !== 'CheckedIn' && event.type !== 'VisitCorrected') continue;
    known.add(event.data.visitId);
    sources.add(event.provenance.source);
  }
  if (known.has(given)) return given;
  for (const source of sources) {
    const visitId = visitIdOf(source, { visitId: given, personId, placeId: '', arrivedAt });
    if (known.has(visitId)) return visitId;
  }
  return undefined;
}
