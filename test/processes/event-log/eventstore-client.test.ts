import { eventsOf, anyStream } from '../../support/events.js';
import { CATALOGUE } from '../../support/catalogue.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreDBClient, binaryEvent, jsonEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chainOf, endOf, standingOf } from '../../../src/event-log/compare-log.js';
import type { RecordedEvent } from '../../../src/event-log/event-store.js';
import { EventStoreClient } from '../../../src/event-log/eventstore-client.js';
import { type EventLogNode, startEventLogNode } from '@truyvet/event-log-node/server';

const folder = mkdtempSync(join(tmpdir(), 'truyvet-client-'));
let node: EventLogNode;
let store: EventStoreClient;

beforeAll(async () => {
  node = await startEventLogNode({ port: 0, dataDir: join(folder, 'log') });
  store = new EventStoreClient(node.connectionString(), CATALOGUE);
});

afterAll(async () => {
  await store.close();
  await node.close();
  rmSync(folder, { recursive: true });
});

describe('Following the log', () => {
  const options = { events: eventsOf('PersonIsolated' as const), maxEvents: 10, maxWait: 20 };

  it('ends at once if it was stopped before it began', async () => {
    const batches = store.follow({ ...options, signal: AbortSignal.abort() });
    expect(await batches[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  it('returns an event that it cannot read as unreadable, with the reason and without its content, and continues', async () => {
    const data = { personId: 'An', startedAt: '2021-08-01T00:00:00Z' };
    const event = { type: 'PersonIsolated' as const, data };
    await store.append(anyStream('person-An'), [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');
    const client = EventStoreDBClient.connectionString(node.connectionString());
    const metadata = { v: 1, source: 'test' };
    await client.appendToStream('person-An', [
      jsonEvent({ ...event, metadata: { ...metadata, v: 99 } }),
      jsonEvent({ ...event, data: { personId: 'An', startedAt: 'when Mai came home' }, metadata }),
      jsonEvent({ ...event, data: 'a text of Mai' as never, metadata }),
      binaryEvent({ type: 'PersonIsolated', data: Buffer.from('{"personId": "Mai"'), metadata: Buffer.from('{}') }),
      jsonEvent({ ...event, metadata }),
    ]);
    await client.dispose();

    const taken: number[] = [];
    const unread: [number, string][] = [];
    const stop = new AbortController();
    for await (const { events, unreadable = [] } of store.follow({ ...options, signal: stop.signal })) {
      taken.push(...events.map(({ revision }) => revision));
      unread.push(...unreadable.map(({ revision, reason }): [number, string] => [revision, reason]));
      if (taken.includes(5)) stop.abort();
    }
    expect(taken).toEqual([0, 5]);
    expect(unread).toEqual([
      [1, expect.stringContaining('of version 99')],
      [2, expect.stringContaining('startedAt')],
      [3, expect.stringContaining('not JSON')],
      [4, expect.stringContaining('not JSON')],
    ]);
    expect(JSON.stringify(unread)).not.toContain('Mai');
  });

  it('returns an event whose version is not a version as unreadable, and one without a version as of version 1', async () => {
    const data = { personId: 'Dung', startedAt: '2021-08-01T00:00:00Z' };
    const event = { type: 'PersonIsolated', data };
    const client = EventStoreDBClient.connectionString(node.connectionString());
    await client.appendToStream('person-Dung', [
      ...['1', 0, 1.5, true].map((v) => jsonEvent({ ...event, metadata: { v, source: 'test' } })),
      jsonEvent(event),
      jsonEvent({ ...event, metadata: { v: 1, source: 7, $actor: 'Mai', $causationId: {}, laboratory: 'yes' } }),
    ]);
    await client.dispose();

    const taken: RecordedEvent[] = [];
    const unread: [number, string][] = [];
    const stop = new AbortController();
    for await (const { events, unreadable = [] } of store.follow({ ...options, signal: stop.signal })) {
      taken.push(...events.filter(({ stream }) => stream === 'person-Dung'));
      const ours = unreadable.filter(({ stream }) => stream === 'person-Dung');
      unread.push(...ours.map(({ revision, reason }): [number, string] => [revision, reason]));
      if (taken.some(({ revision }) => revision === 5)) stop.abort();
    }
    expect(unread).toEqual([0, 1, 2, 3].map((revision) => [revision, expect.stringContaining('`v` is not')]));
    const nobody = { source: 'unknown', laboratory: false };
    expect(taken).toMatchObject([
      { revision: 4, data, provenance: nobody },
      { revision: 5, data, provenance: nobody },
    ]);
    expect(taken[1]?.provenance).toMatchObject({ actor: undefined, causationId: undefined });
    await expect(store.read(anyStream('person-Dung'))[Symbol.asyncIterator]().next()).rejects.toThrow(
      /^PersonIsolated in person-Dung, revision 0: its metadata/,
    );
  });

  it('returns an event with an unknown type from a newer version, and nothing of other programs', async () => {
    const client = EventStoreDBClient.connectionString(node.connectionString());
    const metadata = { v: 1, source: 'test' };
    const data = { personId: 'Mai', startedAt: '2021-08-01T00:00:00Z' };
    await client.appendToStream('person-Binh', [
      jsonEvent({ type: 'PersonVaccinated', data, metadata }),
      jsonEvent({ type: 'OfAnotherProgram', data, metadata: { version: 3 } }),
      jsonEvent({ type: 'OfAnotherProgram', data }),
      // A known type that was not requested.
      jsonEvent({ type: 'PersonReleased', data: { ...data, endedAt: data.startedAt }, metadata }),
      jsonEvent({ type: 'PersonIsolated', data, metadata }),
    ]);
    await client.dispose();
    const read = async (unknown: boolean) => {
      const unread: [number, string, string][] = [];
      const stop = new AbortController();
      for await (const { events, unreadable = [] } of store.follow({ ...options, unknown, signal: stop.signal })) {
        for (const { stream, revision, type, reason } of unreadable) {
          if (stream === 'person-Binh') unread.push([revision, type, reason]);
        }
        if (events.some(({ stream, revision }) => stream === 'person-Binh' && revision === 4)) stop.abort();
        expect(events.every(({ type }) => type === 'PersonIsolated')).toBe(true);
      }
      return unread;
    };
    expect(await read(true)).toEqual([[0, 'PersonVaccinated', expect.stringContaining('older than the log')]]);
    expect(await read(false)).toEqual([]);
  });
});

describe('A query about the log as a whole', () => {
  it('leaves no call open, however often it is made', async () => {
    const event = { type: 'PersonIsolated' as const, data: { personId: 'Chi', startedAt: '2021-08-01T00:00:00Z' } };
    const first = await store.append(
      anyStream('person-Chi'),
      [{ id: randomUUID(), event, provenance: { source: 'test' } }],
      'any',
    );
    await store.append(anyStream('person-Chi'), [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');
    const client = EventStoreDBClient.connectionString(node.connectionString());
    const mark = { event: { ...(await endOf(client, CATALOGUE))!.event }, chain: await chainOf(client) };
    expect(mark.chain).toBeDefined();
    for (let i = 0; i < 3; i++) {
      expect(await standingOf(client, mark)).toBe('same');
      // This also looks for the chain's last link, and for an event of a stream that continues after it.
      await chainOf(client);
      expect(await standingOf(client, { event: { ...mark.event, position: first.position } })).not.toBe('same');
    }
    const disposed = client.dispose().then(() => 'ended');
    expect(await Promise.race([disposed, delay(5_000, 'a call is still open')])).toBe('ended');
  });
});
