import { anyStream, eventsOf } from '../support/events.js';
import { CATALOGUE } from '../support/catalogue.js';
import { describe, expect, it } from '@jest/globals';
import { EventStoreDBClient } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import type { EventStore, MarkedEvent, Position } from '../../src/event-log/event-store.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import { replacedSince } from '../../src/event-log/log-guard.js';
import { lastOf } from '../../src/event-log/log-mark.js';
import { type EventLogNode, startEventLogNode } from '@truyvet/event-log-node/server';
import { GivenServer } from '../support/given-server.js';
import { scavenge } from '../support/log-calls.js';
import { readerRestarts } from '../support/sizes.js';
import { inFolder } from '../../packages/event-log-node/test/harness.js';
import { keyOf, newEvent } from './store-under-test.js';

const { steps: STEPS, seed: SEED } = readerRestarts;
/** Milliseconds in which a reader receives what is stored: one that waits longer has missed something. */
const PATIENCE = 30_000;

/** A server for a log in a folder, whose subscriptions start late. */
class Served {
  readonly #dir: string;
  /** Wanted events that the log accepted, in order, and those that no reader may miss or see any more. */
  readonly taken: { id: string; stream: string }[] = [];
  readonly erased = new Set<string>();
  #close: () => Promise<void> = () => Promise.resolve();
  #admin!: EventStoreDBClient;
  #adminUrl = '';
  store!: EventStoreClient;

  constructor(folder: string) {
    this.#dir = join(folder, 'live');
  }

  async begin(): Promise<void> {
    const node = await startEventLogNode({ port: 0, dataDir: this.#dir, accessDir: `${this.#dir}-access` });
    this.#adminUrl = node.connectionString('admin');
    const server = await GivenServer.before(this.#adminUrl, { startsLate: true });
    this.#admin = EventStoreDBClient.connectionString(this.#adminUrl);
    const store = (this.store = new EventStoreClient(server.url(), CATALOGUE));
    this.#close = async () => {
      await store.close();
      await this.#admin.dispose();
      await server.close();
      await node.close();
    };
  }

  end(): Promise<void> {
    return this.#close();
  }

  async append(stream: string, wanted: boolean, count: number): Promise<void> {
    const events = Array.from({ length: count }, () => (wanted ? newEvent('An') : keyOf('An')));
    await this.store.append(anyStream(stream), events, 'any');
    if (wanted) this.taken.push(...events.map(({ id }) => ({ id, stream })));
  }

  async erase(stream: string): Promise<void> {
    await this.#admin.tombstoneStream(stream);
    this.erased.add(stream);
  }

  scavenge(): Promise<void> {
    return scavenge(this.#adminUrl);
  }

  /** Stops the log and continues it from the state of the copy. */
  async putBack(copy: string): Promise<void> {
    await this.end();
    rmSync(this.#dir, { recursive: true });
    cpSync(copy, this.#dir, { recursive: true });
    await this.begin();
  }

  async copyTo(copy: string): Promise<void> {
    await this.end();
    rmSync(copy, { recursive: true, force: true });
    cpSync(this.#dir, copy, { recursive: true, filter: (path) => !path.includes('lock') });
    await this.begin();
  }
}

/** The state of a reader between two runs of a process. */
class Reader {
  position: Position | undefined;
  given: MarkedEvent | undefined;
  readonly seen: string[] = [];

  /**
   * Reads until it has seen enough events, or has reached the current end.
   * @throws LogReplaced
   */
  async read(store: EventStore, enough: number): Promise<void> {
    const events = eventsOf('PersonIsolated');
    const { position: after, given } = this;
    const stop = { signal: AbortSignal.timeout(PATIENCE) };
    for await (const batch of store.follow({
      ...{ after, given, events, maxEvents: 3, maxWait: 1, ...stop },
    })) {
      this.seen.push(...batch.events.map(({ id }) => id));
      this.position = batch.position;
      this.given = lastOf(batch) ?? this.given;
      enough -= batch.events.length;
      if (enough <= 0 || !(await store.isBehind(this.position, events.types))) break;
    }
  }
}

describe('A reader whose log is replaced by an older copy while it reads', () => {
  it('receives nothing from the copy, however far it has grown, and says why', async () => {
    await inFolder(async (folder) => {
      const [live, copy] = [join(folder, 'live'), join(folder, 'copy')];
      const open = (dataDir: string) => startEventLogNode({ port: 0, dataDir, accessDir: join(folder, 'access') });
      const append = async (node: EventLogNode, count: number) => {
        const store = new EventStoreClient(node.connectionString(), CATALOGUE);
        for (let i = 0; i < count; i++)
          await store.append(anyStream(`person-${randomUUID()}`), [newEvent('An')], 'any');
        await store.close();
      };
      let node = await open(live);
      await append(node, 1);
      await node.close();
      cpSync(live, copy, { recursive: true, filter: (path) => !path.includes('lock') });
      node = await open(live);
      const server = await GivenServer.before(node.connectionString('admin'));
      const store = new EventStoreClient(server.url(), CATALOGUE);
      const signal = AbortSignal.timeout(PATIENCE);
      const seen: number[] = [];
      try {
        await append(node, 1);
        const batches = store.follow({
          after: undefined,
          events: eventsOf('PersonIsolated'),
          maxEvents: 10,
          maxWait: 1,
          signal,
        });
        const reading = (async () => {
          for await (const { events } of batches) {
            seen.push(...events.map(({ revision }) => revision));
            if (seen.length !== 2) continue;
            const other = await open(copy);
            await append(other, 5);
            await server.standBefore(other.connectionString('admin'));
            await node.close();
            node = other;
          }
        })();
        await expect(reading).rejects.toMatchObject({ name: 'LogReplaced', standing: 'other' });
        expect(seen).toHaveLength(2);
      } finally {
        await store.close();
        await server.close();
        await node.close();
      }
    });
  }, 60_000);
});

describe('A reader that stops and starts while streams are appended to, erased and scavenged', () => {
  it(
    'loses nothing and sees nothing twice on a server whose subscriptions start late, and detects an older copy each time',
    async () => {
      await inFolder(async (folder) => {
        const random = randomFrom(SEED);
        const among = (count: number) => Math.floor(random() * count);
        const log = new Served(folder);
        const reader = new Reader();
        const copy = join(folder, 'copy');
        let copied:
          { taken: number; seen: number; erased: string[]; reader: Pick<Reader, 'position' | 'given'> } | undefined;
        let noticed = 0;
        const counts = { erased: 0, scavenged: 0, reads: 0 };
        await log.begin();
        try {
          for (let step = 0; step < STEPS; step++) {
            const streams = [...new Set(log.taken.map(({ stream }) => stream))].filter((s) => !log.erased.has(s));
            const deed = random();
            if (deed < 0.42) await log.append(`person-${randomUUID()}`, random() < 0.6, 1 + among(4));
            else if (deed < 0.55 && streams.length > 0) {
              // Usually the erased event is the last that the reader saw, with more after it: after the next scavenge
              // the reader's position has no record.
              if (random() < 0.5) await log.append(`person-${randomUUID()}`, true, 1);
              const here = streams.find((stream) => stream === reader.given?.stream);
              await log.erase(random() < 0.7 && here ? here : (streams[among(streams.length)] as string));
              counts.erased++;
              if (random() < 0.5) await log.scavenge();
            } else if (deed < 0.67) {
              await log.scavenge();
              counts.scavenged++;
            } else if (deed < 0.9) {
              if (await log.store.isBehind(reader.position, ['PersonIsolated']))
                await reader.read(log.store, 1 + among(6));
              counts.reads++;
            } else if (copied === undefined) {
              await log.copyTo(copy);
              const { position, given } = reader;
              copied = {
                ...{ taken: log.taken.length, seen: reader.seen.length, erased: [...log.erased] },
                reader: { position, given },
              };
            } else {
              // The reader reads an event that the copy lacks, and the copy may then outgrow the lost part.
              await log.append(`person-${randomUUID()}`, true, 1);
              await reader.read(log.store, 1_000);
              await log.putBack(copy);
              for (let more = among(6); more > 0; more--) await log.append(`person-${randomUUID()}`, false, 1);
              const { given, position: passed } = reader;
              await expect(reader.read(log.store, 0)).rejects.toMatchObject({ name: 'LogReplaced' });
              expect(
                await replacedSince(log.store, { mark: undefined, given: given ? [given] : [], passed }),
              ).toBeDefined();
              noticed++;
              log.taken.length = copied.taken;
              log.erased.clear();
              copied.erased.forEach((stream) => log.erased.add(stream));
              reader.seen.length = copied.seen;
              Object.assign(reader, copied.reader);
              copied = undefined;
            }
          }
          await log.append(`person-${randomUUID()}`, true, 1);
          await reader.read(log.store, log.taken.length);
        } finally {
          await log.end();
        }
        const seen = new Set(reader.seen);
        expect({ seed: SEED, twice: reader.seen.length - seen.size }).toEqual({ seed: SEED, twice: 0 });
        // Events that were erased before the reader reached them are rightly missing.
        const lost = log.taken.filter(({ id, stream }) => !seen.has(id) && !log.erased.has(stream));
        expect({ seed: SEED, lost }).toEqual({ seed: SEED, lost: [] });
        const order = log.taken.map(({ id }) => id).filter((id) => seen.has(id));
        expect(reader.seen).toEqual(order);
        expect(Math.min(noticed, ...Object.values(counts))).toBeGreaterThan(0);
      });
    },
    60_000 + STEPS * 500,
  );
});
