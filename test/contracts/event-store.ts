import { anyStream, openStream } from '../support/events.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  comparePositions,
  StreamDeleted,
  WrongRevision,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
} from '../../src/event-log/event-store.js';
import { describeFollowing } from './event-store-following.js';
import { freshStream, isolated, keyOf, newEvent, type StoreUnderTest } from './store-under-test.js';

/** As many events as the client reads at once. */
const PAGE = 256;

async function all(events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> {
  const found: RecordedEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

/**
 * The common behaviour of all implementations of the event store.
 * @param remembers whether it recognises every repeat; a real server forgets, after a while, what was appended under
 * ANY.
 * @param slowly whether to test readers that fall far behind, which takes long.
 * @param readsElsewhere whether readers may follow another member of a cluster than the one that ends.
 */
export function describeEventStore(
  name: string,
  open: () => Promise<StoreUnderTest>,
  {
    canRestart = false,
    remembers = true,
    slowly = true,
    readsElsewhere = false,
  }: { canRestart?: boolean; remembers?: boolean; slowly?: boolean; readsElsewhere?: boolean } = {},
): void {
  describe(`The event store: ${name}`, () => {
    let under: StoreUnderTest;
    let store: EventStore;
    beforeAll(async () => {
      under = await open();
      ({ store } = under);
    }, 180_000);
    afterAll(() => under.close(), 60_000);

    describe('appending', () => {
      it('returns what was appended, with its position, its source and its time', async () => {
        const { person, stream } = freshStream();
        const before = Date.now();
        const sent: NewEvent = {
          ...newEvent(person),
          provenance: { source: 'laboratory', correlationId: 'c1', causationId: 'e0' },
        };
        const appended = await store.append(anyStream(stream), [sent], 'no-stream');
        const [event] = await all(store.read(anyStream(stream)));

        expect(event).toMatchObject({
          ...isolated(person),
          id: sent.id,
          stream,
          revision: 0,
          position: appended.position,
          provenance: { source: 'laboratory', correlationId: 'c1', causationId: 'e0' },
        });
        expect(appended.revision).toBe(0);
        expect(Math.abs((event?.recordedAt.getTime() ?? 0) - before)).toBeLessThan(60_000);
      });

      it('stores several events in order and answers with the last of them', async () => {
        const { person, stream } = freshStream();
        const first = await store.append(anyStream(stream), [newEvent(person, 0)], 'no-stream');
        const appended = await store.append(anyStream(stream), [newEvent(person, 1), newEvent(person, 2)], 0);
        const events = await all(store.read(anyStream(stream)));

        expect(events.map(({ data, revision }) => [data, revision])).toEqual(
          [0, 1, 2].map((minute) => [isolated(person, minute).data, minute]),
        );
        expect(appended).toEqual({ revision: 2, position: events[2]?.position });
        expect(comparePositions(first.position, appended.position)).toBe(-1);
      });

      it('accepts any revision if none is expected', async () => {
        const { person, stream } = freshStream();
        await store.append(anyStream(stream), [newEvent(person, 0)], 'any');

        expect(await store.append(anyStream(stream), [newEvent(person, 1)], 'any')).toMatchObject({ revision: 1 });
      });

      it.each([
        ['a stream that should not be there', 'no-stream', 1],
        ['an older revision', 0, 1],
        ['a revision not reached yet', 7, 1],
      ] as const)('refuses %s, reports the revision of the stream, and stores nothing', async (_, expected, actual) => {
        const { person, stream } = freshStream();
        await store.append(anyStream(stream), [newEvent(person, 0), newEvent(person, 1)], 'no-stream');
        const refused = store.append(anyStream(stream), [newEvent(person, 2)], expected);

        await expect(refused).rejects.toBeInstanceOf(WrongRevision);
        await expect(refused).rejects.toMatchObject({ stream, expected, actual });
        expect(await all(store.read(anyStream(stream)))).toHaveLength(2);
      });

      it('refuses a revision of a stream that does not exist', async () => {
        const { person, stream } = freshStream();

        await expect(store.append(anyStream(stream), [newEvent(person)], 0)).rejects.toMatchObject({
          actual: 'no-stream',
        });
      });

      it('lets only one of several appends with the same expected revision win', async () => {
        const { person, stream } = freshStream();
        const outcomes = await Promise.allSettled(
          Array.from({ length: 8 }, (_, i) => store.append(anyStream(stream), [newEvent(person, i)], 'no-stream')),
        );

        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(WrongRevision);
        }
        expect(await all(store.read(anyStream(stream)))).toHaveLength(1);
      });

      it('stores the actor of an event, and no actor for events that follow automatically', async () => {
        const { person, stream } = freshStream();
        const actor = { who: 'Lan', as: 'unverified', through: 'cli' };
        const [one, other] = [newEvent(person), newEvent(person)];
        const done = { ...one, provenance: { ...one.provenance, actor } };
        await store.append(anyStream(stream), [done, other], 'any');
        const actors = (await all(store.read(anyStream(stream)))).map(({ provenance }) => provenance.actor);
        expect(actors).toEqual([actor, undefined]);
      });

      it('refuses more than a log accepts at a time, names stream, type and field, and stores nothing', async () => {
        const { stream } = freshStream();
        const pause = { provider: null, reason: 'ă'.repeat(20_000) };
        const event = { type: 'AlertingPaused' as const, data: pause };
        const events = Array.from({ length: 27 }, (): NewEvent => ({ ...newEvent('p'), event }));

        await expect(store.append(anyStream(stream), events, 'any')).rejects.toThrow(
          new RegExp(`^an append to ${stream} has 108\\d{4} bytes, and 1048576 at most .* in reason of AlertingPaused`),
        );
        expect(await all(store.read(anyStream(stream)))).toHaveLength(0);
      });

      it('refuses an event that does not match its schema before it is sent', async () => {
        const { person, stream } = freshStream();
        const wrong = { ...newEvent(person), event: { ...isolated(person), data: { personId: person } } };

        await expect(store.append(openStream(stream), [wrong], 'any')).rejects.toThrow(/startedAt/);
        expect(await all(store.read(anyStream(stream)))).toHaveLength(0);
      });
    });

    describe('appending again', () => {
      it.each(remembers ? (['no-stream', 'any'] as const) : (['no-stream'] as const))(
        'the same events at %s is answered as the first time',
        async (expected) => {
          const { person, stream } = freshStream();
          const events = [newEvent(person, 0), newEvent(person, 1)];
          const first = await store.append(anyStream(stream), events, expected);
          await store.append(anyStream(stream), [newEvent(person, 2)], 1);

          expect(await store.append(anyStream(stream), events, expected)).toMatchObject({ revision: first.revision });
          expect(await all(store.read(anyStream(stream)))).toHaveLength(3);
        },
      );

      it('the same events at their exact revision is answered as the first time', async () => {
        const { person, stream } = freshStream();
        await store.append(anyStream(stream), [newEvent(person, 0)], 'no-stream');
        const events = [newEvent(person, 1)];
        await store.append(anyStream(stream), events, 0);
        await store.append(anyStream(stream), [newEvent(person, 2)], 1);

        expect(await store.append(anyStream(stream), events, 0)).toMatchObject({ revision: 1 });
        expect(await all(store.read(anyStream(stream)))).toHaveLength(3);
      });

      it('the same events at the current revision of the stream stores them again', async () => {
        const { person, stream } = freshStream();
        const events = [newEvent(person, 0), newEvent(person, 1)];
        await store.append(anyStream(stream), events, 'any');

        expect(await store.append(anyStream(stream), events, 1)).toMatchObject({ revision: 3 });
        expect((await all(store.read(anyStream(stream)))).map(({ id }) => id)).toEqual(
          [...events, ...events].map(({ id }) => id),
        );
      });

      it('the same event to another stream stores it there too', async () => {
        const [one, other] = [freshStream(), freshStream()];
        const event = newEvent(one.person);
        await store.append(anyStream(one.stream), [event], 'any');
        await store.append(anyStream(other.stream), [event], 'any');

        expect(await all(store.read(anyStream(other.stream)))).toHaveLength(1);
      });

      if (!remembers) {
        it('the same events at any revision stores them again, with their ids', async () => {
          const { person, stream } = freshStream();
          const events = [newEvent(person, 0), newEvent(person, 1)];
          await store.append(anyStream(stream), events, 'any');

          expect(await store.append(anyStream(stream), events, 'any')).toMatchObject({ revision: 3 });
          const ids = (await all(store.read(anyStream(stream)))).map(({ id }) => id);
          expect(ids).toEqual([...events, ...events].map(({ id }) => id));
        });
        return;
      }

      it('a batch of which a part is stored is refused, even at any revision', async () => {
        const { person, stream } = freshStream();
        const known = newEvent(person, 0);
        await store.append(anyStream(stream), [known], 'any');

        await expect(store.append(anyStream(stream), [known, newEvent(person, 1)], 'any')).rejects.toBeInstanceOf(
          WrongRevision,
        );
        expect(await all(store.read(anyStream(stream)))).toHaveLength(1);
      });
    });

    describe('reading', () => {
      it('a stream that does not exist returns nothing', async () => {
        expect(await all(store.read(anyStream(freshStream().stream)))).toEqual([]);
      });

      it('from a revision on leaves out what is before it', async () => {
        const { person, stream } = freshStream();
        await store.append(
          anyStream(stream),
          [0, 1, 2].map((minute) => newEvent(person, minute)),
          'no-stream',
        );

        expect((await all(store.read(anyStream(stream), 1))).map(({ revision }) => revision)).toEqual([1, 2]);
        expect(await all(store.read(anyStream(stream), 3))).toEqual([]);
      });

      it.each([PAGE, PAGE + 1, 2 * PAGE])('a stream of %s events returns each once and in order', async (count) => {
        const { person, stream } = freshStream();
        const events = Array.from({ length: count }, () => newEvent(person));
        await store.append(anyStream(stream), events, 'no-stream');
        const found = await all(store.read(anyStream(stream)));
        expect(found.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
        expect(found.map(({ revision }) => revision)).toEqual(events.map((_, i) => i));
      });

      it('can be stopped in the middle', async () => {
        const { person, stream } = freshStream();
        await store.append(
          anyStream(stream),
          [0, 1, 2].map((minute) => newEvent(person, minute)),
          'no-stream',
        );
        for await (const event of store.read(anyStream(stream))) {
          expect(event.revision).toBe(0);
          break;
        }
      });

      it('a reader is behind until it has passed the last event of its types', async () => {
        const { person, stream } = freshStream();
        const first = await store.append(anyStream(stream), [newEvent(person)], 'any');
        const second = await store.append(anyStream(`key-${person}`), [keyOf(person)], 'any');

        expect(await store.isBehind(undefined, ['PersonIsolated'])).toBe(true);
        expect(await store.isBehind(first.position, ['PersonIsolated'])).toBe(false);
        expect(await store.isBehind(first.position, ['PersonKeyCreated'])).toBe(true);
        expect(await store.isBehind(second.position, ['PersonKeyCreated'])).toBe(false);
      });
    });

    describe('an erased stream', () => {
      it('reads as empty and accepts nothing', async () => {
        const { person, stream } = freshStream();
        await store.append(anyStream(stream), [newEvent(person)], 'any');
        await under.erase(stream);

        expect(await all(store.read(anyStream(stream)))).toEqual([]);
        for (const expected of ['any', 'no-stream', 0] as const) {
          await expect(store.append(anyStream(stream), [newEvent(person, 1)], expected)).rejects.toBeInstanceOf(
            StreamDeleted,
          );
        }
      });
    });

    describeFollowing(() => under, { canRestart, slowly, readsElsewhere });
  });
}
