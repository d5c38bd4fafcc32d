import { actorIn, type Actor } from '../kernel/actor.js';
import { UnreadableError, type Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import { definitionIn } from './catalogue.js';
import type { NewEvent, Provenance } from './event-store.js';

/** The metadata that the log keeps with an event. */
export interface Metadata {
  /** Version of the event's schema. */
  v: number;
  source: string;
  $actor?: Actor;
  $correlationId?: string;
  $causationId?: string;
  laboratory?: true;
}

export function metadataOf<E extends Event>({ name, events }: Stream<E>, { event, provenance }: NewEvent<E>): Metadata {
  const { source, actor, correlationId, causationId, laboratory } = provenance;
  const metadata: Metadata = { v: definitionIn(events, event, name).version, source };
  if (actor) metadata.$actor = actor;
  if (correlationId) metadata.$correlationId = correlationId;
  if (causationId) metadata.$causationId = causationId;
  if (laboratory) metadata.laboratory = true;
  return metadata;
}

/** What another program may have stored instead. */
type StoredMetadata = { [Field in keyof Metadata]?: unknown };

/**
 * Reads the metadata of a stored event. Without `v` the event is of version 1. Other fields that are not as this
 * program writes them count as absent. Plain checks, since a schema takes as long as all the rest of reading an event.
 * @throws UnreadableError when `v` is not a version.
 */
export function readMetadata(stored: unknown): { version: number; provenance: Provenance } {
  const metadata: StoredMetadata = typeof stored === 'object' && stored !== null ? stored : {};
  const version = metadata.v ?? 1;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw new UnreadableError('its metadata does not say its version: `v` is not a whole number from 1');
  }
  return {
    version,
    provenance: {
      source: textIn(metadata.source) ?? 'unknown',
      actor: actorIn(metadata.$actor),
      correlationId: textIn(metadata.$correlationId),
      causationId: textIn(metadata.$causationId),
      laboratory: metadata.laboratory === true,
    },
  };
}

const textIn = (stored: unknown): string | undefined => (typeof stored === 'string' ? stored : undefined);
