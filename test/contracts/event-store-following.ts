import { eventsOf, anyStream } from '../support/events.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  comparePositions,
  LogReplaced,
  type Batch,
  type EventStore,
  type FollowOptions,
  type MarkedEvent,
  type Position,
  type RecordedEvent,
} from '../../src/event-log/event-store.js';
import { freshStream, keyOf, newEvent, type StoreUnderTest } from './store-under-test.js';

/** The common behaviour of all implementations for readers that follow the log: stored events first, then new ones. */
export function describeFollowing(
  underTest: () => StoreUnderTest,
  { canRestart, slowly, readsElsewhere }: { canRestart: boolean; slowly: boolean; readsElsewhere: boolean },
): void {
  describe('following', () => {
    let under: StoreUnderTest;
    let store: EventStore;
    beforeAll(() => {
      under = underTest();
      ({ store } = under);
    });

    /** Follows the log while the test uses the subscription, and then stops in any case. */
    const following = async (
      options: Partial<FollowOptions>,
      use: (batches: AsyncIterator<Batch>, stop: AbortController) => Promise<void>,
    ): Promise<void> => {
      const stop = new AbortController();
      const defaults = {
        events: eventsOf('PersonIsolated' as const),
        maxEvents: 1000,
        maxWait: 20,
        signal: stop.signal,
      };
      const batches = store.follow({ ...defaults, ...options })[Symbol.asyncIterator]();
      try {
        await use(batches, stop);
      } finally {
        stop.abort();
        await batches.return?.();
      }
    };
    /** Takes batches until they contain this many events of a stream. */
    const gather = async (batches: AsyncIterator<Batch>, stream: string, count: number): Promise<RecordedEvent[]> => {
      const found: RecordedEvent[] = [];
      while (found.length < count) {
        const { value, done } = await batches.next();
        if (done) throw new Error('following ended');
        found.push(...(value as Batch).events.filter((event) => event.stream === stream));
      }
      return found;
    };

    it('returns stored events, then new ones, each once and in order', async () => {
      const { person, stream } = freshStream();
      const { position } = await store.append(anyStream(stream), [newEvent(person, 0)], 'any');
      await store.append(anyStream(stream), [newEvent(person, 1), newEvent(person, 2)], 'any');
      await following({ after: position }, async (batches, stop) => {
        expect((await gather(batches, stream, 2)).map(({ revision }) => revision)).toEqual([1, 2]);
        await store.append(anyStream(stream), [newEvent(person, 3)], 'any');
        expect((await gather(batches, stream, 1)).map(({ revision }) => revision)).toEqual([3]);
        stop.abort();
        expect((await batches.next()).done).toBe(true);
      });
    });

    it('returns no more events at a time than requested', async () => {
      const { person, stream } = freshStream();
      const { position } = await store.append(anyStream(stream), [newEvent(person, 0)], 'any');
      const events = Array.from({ length: 25 }, (_, i) => newEvent(person, i));
      await store.append(anyStream(stream), events, 'any');
      await following({ after: position, maxEvents: 10 }, async (batches) => {
        const sizes: number[] = [];
        while (sizes.reduce((sum, size) => sum + size, 0) < 25) {
          const { value } = await batches.next();
          sizes.push((value as Batch).events.length);
        }
        expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
      });
    });

    it('resumes after the position of a batch without losing or repeating', async () => {
      const { person, stream } = freshStream();
      let after = (await store.append(anyStream(stream), [newEvent(person, 0)], 'any')).position;
      for (let minute = 1; minute <= 6; minute++)
        await store.append(anyStream(stream), [newEvent(person, minute)], 'any');
      const seen: number[] = [];
      while (seen.length < 6) {
        await following({ after, maxEvents: 2 }, async (batches) => {
          const { events, position } = (await batches.next()).value as Batch;
          after = position;
          seen.push(...events.filter((event) => event.stream === stream).map(({ revision }) => revision));
        });
      }

      expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    });

    const describeSlowly = slowly ? describe : () => undefined;
    describeSlowly('slowly, among many events of other types', () => {
      const BATCH = 20;

      /**
       * Appends events of a person in one stream, with stretches of other events in between. Returns the ids of the
       * former.
       */
      const appendMixed = async (person: string, rounds: number): Promise<string[]> => {
        const ids: string[] = [];
        for (let round = 0; round < rounds; round++) {
          const wanted = Array.from({ length: 1 + (round % 13) }, () => newEvent(person));
          const others = Array.from({ length: 1 + ((round * 7) % 41) }, () => keyOf(person));
          await store.append(anyStream(`person-${person}`), wanted, 'any');
          await store.append(anyStream(`key-${person}`), others, 'any');
          ids.push(...wanted.map(({ id }) => id));
        }
        return ids;
      };

      /**
       * Takes this many events, and checks that each batch contains everything between the previous position and its
       * own.
       */
      const take = async (
        batches: AsyncIterator<Batch>,
        after: Position,
        count: number,
        between: (taken: number) => Promise<unknown>,
      ): Promise<string[]> => {
        const taken: string[] = [];
        let last = after;
        while (taken.length < count) {
          const { value, done } = await batches.next();
          if (done) throw new Error('following ended');
          const { events, position } = value as Batch;
          expect(events.length).toBeLessThanOrEqual(BATCH);
          for (const event of events) {
            expect(comparePositions(event.position, last)).toBe(1);
            expect(comparePositions(event.position, position)).toBeLessThanOrEqual(0);
          }
          taken.push(...events.map(({ id }) => id));
          last = position;
          await between(taken.length);
        }
        return taken;
      };
      // Only a reader that is slower than the log makes events wait in the client.
      const slowly = () => delay(2);

      it('returns in each batch exactly what is between its position and the previous one', async () => {
        const person = randomUUID();
        const { position: after } = await store.append(anyStream(`key-${person}`), [keyOf(person)], 'any');
        const ids = await appendMixed(person, 150);
        await following({ after, maxEvents: BATCH }, async (batches) => {
          expect(await take(batches, after, ids.length, slowly)).toEqual(ids);
        });
      });

      (canRestart ? it : it.skip)(
        canRestart
          ? 'neither loses nor repeats when the server is killed while the reader is busy'
          : 'neither loses nor repeats when the server is killed (skipped: this server is not ours to restart)',
        async () => {
          const person = randomUUID();
          const { position: after } = await store.append(anyStream(`key-${person}`), [keyOf(person)], 'any');
          const ids = await appendMixed(person, 100);
          let killed = 0;
          await following({ after, maxEvents: BATCH }, async (batches) => {
            const taken = await take(batches, after, ids.length, async (count) => {
              if (count <= ((killed + 1) * ids.length) / 3) return slowly();
              killed++;
              return under.restart?.();
            });
            expect(taken).toEqual(ids);
          });
          expect(killed).toBe(2);
        },
        180_000,
      );

      it('neither loses nor repeats when it falls so far behind that a server would drop it', async () => {
        const person = randomUUID();
        const { position: after } = await store.append(anyStream(`key-${person}`), [keyOf(person)], 'any');
        await following({ after, maxEvents: BATCH }, async (batches) => {
          const first = newEvent(person);
          const ids = [first.id];
          await store.append(anyStream(`person-${person}`), [first], 'any');
          const taken = await take(batches, after, 1, slowly);
          // From here on the reader is live. It takes nothing while some 16 MB arrive, twice what a server tolerates.
          for (let appended = 0; appended < 80; appended++) {
            const events = Array.from({ length: 400 }, () => newEvent(person));
            await store.append(anyStream(`person-${person}-${appended}`), events, 'any');
            ids.push(...events.map(({ id }) => id));
          }
          taken.push(...(await take(batches, after, ids.length - 1, () => Promise.resolve())));
          expect(taken).toEqual(ids);
        });
      }, 180_000);
    });

    describe('a log that is not the one from which the reader received an event', () => {
      const refused = async (given: MarkedEvent): Promise<unknown> => {
        let error: unknown;
        await following({ after: given.position, given }, async (batches) => {
          error = await batches.next().catch((thrown: unknown) => thrown);
        });
        return error;
      };
      const last = async (): Promise<MarkedEvent> => {
        const { person, stream } = freshStream();
        const event = newEvent(person);
        const { revision, position } = await store.append(anyStream(stream), [event], 'any');
        return { id: event.id, stream, revision, position };
      };

      it('is not read if another event is at that position', async () => {
        const error = await refused({ ...(await last()), id: randomUUID() });
        expect(error).toBeInstanceOf(LogReplaced);
        expect(error).toMatchObject({ standing: 'other', message: expect.stringContaining('an older copy') });
      });

      it('is not read if it ends before that position', async () => {
        const { position, ...event } = await last();
        const beyond = { commit: position.commit + 1_000_000_000n, prepare: position.prepare + 1_000_000_000n };
        const error = await refused({ ...event, ...freshStream(), position: beyond });
        expect(error).toMatchObject({ name: 'LogReplaced', standing: 'shorter' });
      });

      it('is still the same log if that event was erased with its stream', async () => {
        const given = await last();
        await under.erase(given.stream);
        await following({ after: given.position, given }, async (batches) => {
          const { person, stream } = freshStream();
          await store.append(anyStream(stream), [newEvent(person)], 'any');
          expect(await gather(batches, stream, 1)).toHaveLength(1);
        });
      });
    });

    it('skips events of other types, and now and then reports its position', async () => {
      const { person, stream } = freshStream();
      const { position } = await store.append(anyStream(stream), [newEvent(person)], 'any');
      // A server reports its position only after a stretch of events.
      const others = Array.from({ length: 200 }, () => keyOf(person));
      await store.append(anyStream(`key-${person}`), others, 'any');
      await following({ after: position }, async (batches) => {
        const { value } = await batches.next();

        expect((value as Batch).events).toEqual([]);
        expect(comparePositions((value as Batch).position, position)).toBe(1);
      });
    });

    (canRestart ? it : it.skip)(
      canRestart
        ? 'goes on after the server was away, without losing or repeating'
        : 'goes on after the server was away (skipped: this server is not ours to restart)',
      async () => {
        const { person, stream } = freshStream();
        const errors: unknown[] = [];
        const { position } = await store.append(anyStream(stream), [newEvent(person, 0)], 'any');
        await following({ after: position, onError: (error) => errors.push(error) }, async (batches) => {
          await store.append(anyStream(stream), [newEvent(person, 1)], 'any');
          const before = await gather(batches, stream, 1);
          await under.restart?.();
          await store.append(anyStream(stream), [newEvent(person, 2)], 'any');
          const later = await gather(batches, stream, 1);

          expect([...before, ...later].map(({ revision }) => revision)).toEqual([1, 2]);
        });
        // A reader of another member than the one that went away need not notice.
        if (!readsElsewhere) expect(errors.length).toBeGreaterThan(0);
      },
      120_000,
    );
  });
}
