import type { Following, FollowListener, LogPosition, SentEvent, TypeFilter } from '@truyvet/event-log-node/client';
import {
  ANY,
  NO_STREAM,
  START,
  StreamNotFoundError,
  eventTypeFilter,
  jsonEvent,
  type AllStreamSubscription,
  type AppendExpectedRevision,
  type EventStoreDBClient,
  type JSONType,
} from '@eventstore/db-client';
import { answered } from './client-errors.js';
import type { Appended, Expected } from './event-store.js';
import { requirePosition } from './own-wire.js';
import { readOn } from './leaving-read.js';
import type { StreamEvent, Wire } from './wire.js';

/** By EventStoreDB's official client. */
export class OfficialWire implements Wire {
  /** @param client whoever made it closes it. */
  constructor(private readonly client: EventStoreDBClient) {}

  async append(stream: string, expected: Expected, events: readonly SentEvent[]): Promise<Appended> {
    const expectedRevision: AppendExpectedRevision =
      expected === 'any' ? ANY : expected === 'no-stream' ? NO_STREAM : BigInt(expected);
    const recorded = events.map(({ id, type, data, metadata }) =>
      // The client writes the JSON itself.
      jsonEvent({ id, type, data: JSON.parse(data) as JSONType, metadata: JSON.parse(metadata) as JSONType }),
    );
    const { nextExpectedRevision, position } = await answered(
      this.client.appendToStream(stream, recorded, { expectedRevision }),
    );
    return { revision: Number(nextExpectedRevision), position: requirePosition(position, stream) };
  }

  async read(stream: string, from: number, count: number): Promise<StreamEvent[]> {
    const fromRevision = from === 0 ? START : BigInt(from);
    const events: StreamEvent[] = [];
    try {
      for await (const { event } of readOn(this.client.readStream(stream, { fromRevision, maxCount: count }))) {
        if (event) events.push({ ...event, revision: Number(event.revision), position: event.position });
      }
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
    return events;
  }

  follow(from: LogPosition | undefined, filter: TypeFilter, listener: FollowListener): Following {
    // A checkpoint of the server overtakes events that the client has buffered: it counts only after these.
    let ahead: LogPosition | undefined;
    let over = false;
    const checkpoints = {
      checkpointInterval: 1,
      checkpointReached: (source: AllStreamSubscription, position: LogPosition) => {
        if (source.readableLength > 0) ahead = position;
        else if (!over) listener.checkpoint(position);
        return Promise.resolve();
      },
    };
    const subscription = this.client.subscribeToAll({
      fromPosition: from ?? START,
      filter:
        'regex' in filter
          ? eventTypeFilter({ regex: filter.regex, ...checkpoints })
          : eventTypeFilter({ prefixes: [...filter.prefixes], ...checkpoints }),
    });
    subscription.on('data', ({ event }) => {
      if (over) return;
      if (event) {
        const { revision, ...rest } = event;
        listener.event({ ...rest, revision: Number(revision) });
      }
      if (ahead && subscription.readableLength === 0) {
        listener.checkpoint(ahead);
        ahead = undefined;
      }
    });
    subscription.on('error', (error: Error) => {
      if (over) return;
      over = true;
      listener.error(error);
    });
    return {
      pause: () => subscription.pause(),
      resume: () => subscription.resume(),
      close: () => {
        over = true;
        void subscription.unsubscribe();
      },
    };
  }

  close(): void {
    // The client is closed by whoever made it.
  }
}
