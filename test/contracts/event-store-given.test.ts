import { anyStream, eventsOf, streams } from '../support/events.js';
import { CATALOGUE } from '../support/catalogue.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreDBClient } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Identity, makeAuthority, makeCertificate } from '@truyvet/event-log-node/certificates';
import { type EventLogNode, startEventLogNode } from '@truyvet/event-log-node/server';
import { readVisits } from '../../src/presence/known-visits.js';
import { LogRefuses } from '../../src/event-log/event-store.js';
import { EventStoreClient, type LogClient } from '../../src/event-log/eventstore-client.js';
import { isOutage } from '../../src/platform/outages.js';
import { probe } from '@truyvet/local-services/probes';
import type { ServiceUrls } from '@truyvet/local-services';
import { deadline } from '../support/deadline.js';
import { scavenge } from '../support/log-calls.js';
import { importText, meansOver } from '../support/ingest.js';
import { GivenServer, type GivenServerOptions } from '../support/given-server.js';
import { describeEventStore } from './event-store.js';
import { freshStream, newEvent, type StoreUnderTest } from './store-under-test.js';

const folder = mkdtempSync(join(tmpdir(), 'truyvet-given-'));
afterAll(() => rmSync(folder, { recursive: true }));

const authorityFile = join(folder, 'authority.crt');
let identity: Identity | undefined;

async function certificate(): Promise<Identity> {
  if (identity) return identity;
  const authority = await makeAuthority(new Date(), 1);
  writeFileSync(authorityFile, authority.certificate);
  return (identity = await makeCertificate(authority, ['localhost'], new Date(), 1));
}

let nodes = 0;
async function nodeOfItsOwn(): Promise<EventLogNode> {
  return startEventLogNode({ port: 0, dataDir: join(folder, `node-${nodes++}`, 'log') });
}

async function behind(options: GivenServerOptions, query = '', by: LogClient = 'own'): Promise<StoreUnderTest> {
  const node = await nodeOfItsOwn();
  const server = await GivenServer.before(node.connectionString('admin'), options);
  const store = new EventStoreClient(server.url({ query }), CATALOGUE, by);
  const admin = EventStoreDBClient.connectionString(node.connectionString('admin'));
  return {
    store,
    erase: async (stream) => void (await admin.tombstoneStream(stream)),
    restart: async () => {
      // A stopped member stays away until the next one stops: its clients have to find another member.
      if (!options.members) await server.end();
      await server.begin();
      if (options.members) await server.endLeader();
    },
    close: async () => {
      await store.close();
      await admin.dispose();
      await server.close();
      await node.close();
    },
  };
}

for (const [by, way] of [
  ['own', 'over its own wire'],
  ['official', 'by the official client'],
] as const) {
  describeEventStore(`${way}, on a server that somebody gives`, () => behind({}, '', by), {
    canRestart: true,
    slowly: false,
  });

  describeEventStore(
    `${way}, on a server that has forgotten which events it was given`,
    () => behind({ forgetsIds: true }, '', by),
    { remembers: false, slowly: false },
  );

  describeEventStore(`${way}, on a server whose subscriptions start late`, () => behind({ startsLate: true }, '', by), {
    slowly: false,
  });

  describeEventStore(`${way}, on a server that compresses its answers`, () => behind({ gzip: true }, '', by), {
    slowly: false,
  });

  describeEventStore(
    `${way}, on a server that wants TLS and a user`,
    async () => {
      const user = { name: 'tracing team', password: 'a word: of pass/ing' };
      return behind({ identity: await certificate(), user }, `&tlsCAFile=${encodeURIComponent(authorityFile)}`, by);
    },
    { slowly: false },
  );

  describeEventStore(`${way}, on a cluster whose leader ends`, () => behind({ members: 3 }, '', by), {
    canRestart: true,
    slowly: false,
  });

  // Appends go to the leader, following to a follower.
  describeEventStore(
    `${way}, preferring followers, on a cluster whose leader ends`,
    () => behind({ members: 3 }, '&nodePreference=follower', by),
    { canRestart: true, slowly: false, readsElsewhere: true },
  );
}

describe('A reader of a server whose subscriptions start late', () => {
  let under: StoreUnderTest;
  beforeAll(async () => {
    under = await behind({ startsLate: true });
  });
  afterAll(() => under.close());

  it.each([
    ['at a position that no longer has a record', 1n],
    ['at the position of a record', 0n],
  ])('misses nothing when it starts again %s', async (_, further) => {
    const { person, stream } = freshStream();
    const { position } = await under.store.append(anyStream(stream), [newEvent(person, 0)], 'any');
    await under.store.append(anyStream(stream), [newEvent(person, 1), newEvent(person, 2)], 'any');
    const after = { commit: position.commit + further, prepare: position.prepare + further };
    const signal = new AbortController().signal;
    const revisions: number[] = [];
    for await (const { events } of under.store.follow({
      ...{ after, events: eventsOf('PersonIsolated'), maxEvents: 100, maxWait: 20, signal },
    })) {
      revisions.push(...events.map(({ revision }) => revision));
      if (revisions.length >= 2) break;
    }
    expect(revisions).toEqual([1, 2]);
  });
});

describe('A file that is imported again on a server that no longer recognises it', () => {
  it('is in the log twice, and later corrections still hold when visits are looked up', async () => {
    const under = await behind({ forgetsIds: true });
    try {
      const means = meansOver(under.store);
      const file = (...rows: string[]) => ['visit_id,person_id,place_id,arrived_at,left_at', ...rows].join('\n');
      const first = 'v1,p1,cafe,2021-08-01T09:00:00Z,2021-08-01T10:00:00Z';
      const gone = 'v2,p1,inn,2021-08-01T11:00:00Z,2021-08-01T12:00:00Z';
      const corrected = first.replace('T10:00', 'T09:05');
      for (const rows of [file(first, gone), file(corrected)]) {
        expect(await importText(means, 'check-ins', rows)).toMatchObject({ rejected: 0 });
      }
      const stream = streams.presence('p1', '2021-08-01T00:00:00Z');
      const known = async () => [...(await readVisits(under.store, [stream]))];
      const [stays, visit] = await known();
      const retracted = { type: 'VisitRetracted' as const, data: { visitId: visit!.visitId, personId: 'p1' } };
      await under.store.append(stream, [{ ...newEvent('p1'), event: retracted }], 'any');
      expect(await importText(means, 'check-ins', file(first, gone))).toMatchObject({ accepted: 2, rejected: 0 });
      const ids: string[] = [];
      for await (const { id } of under.store.read(stream)) ids.push(id);
      expect({ stored: ids.length, different: new Set(ids).size }).toEqual({ stored: 6, different: 4 });
      expect(stays).toMatchObject({ placeId: 'cafe', leftAt: '2021-08-01T09:05:00Z' });
      expect(await known()).toEqual([stays]);
    } finally {
      await under.close();
    }
  });
});

describe('A member of a cluster that is behind the others', () => {
  it('is not trusted if it lacks an event that a reader received: its leader is asked', async () => {
    const node = await nodeOfItsOwn();
    const server = await GivenServer.before(node.connectionString('admin'), { members: 3 });
    const store = new EventStoreClient(server.url(), CATALOGUE);
    const follower = new EventStoreClient(server.url({ query: '&nodePreference=follower' }), CATALOGUE);
    try {
      const { person, stream } = freshStream();
      await store.append(anyStream(stream), [newEvent(person, 0)], 'any');
      server.manners.followersEndAt = (await store.end())!.position;
      const event = newEvent(person, 1);
      const { revision, position } = await store.append(anyStream(stream), [event], 'any');
      const given = { id: event.id, stream, revision, position };
      const leader = server.port;
      server.asked.length = 0;
      expect(await follower.standing({ event: given })).toBe('same');
      const ports = server.asked.filter(({ path }) => path.endsWith('Streams/Read')).map(({ port }) => port);
      expect(ports[0]).not.toBe(leader);
      expect(ports.at(-1)).toBe(leader);
      // An event that the leader lacks too is gone.
      expect(await follower.standing({ event: { ...given, id: randomUUID() } })).toBe('other');
    } finally {
      await store.close();
      await follower.close();
      await server.close();
      await node.close();
    }
  });
});

describe('A reader whom the server no longer lets in', () => {
  it('says why, keeps trying, and misses nothing after it is let in', async () => {
    const node = await nodeOfItsOwn();
    const server = await GivenServer.before(node.connectionString('admin'));
    const store = new EventStoreClient(server.url(), CATALOGUE);
    const told: unknown[] = [];
    const { person, stream } = freshStream();
    try {
      server.manners.deniesAll = true;
      const stop = new AbortController();
      const options = { after: undefined, events: eventsOf('PersonIsolated' as const), maxEvents: 10, maxWait: 20 };
      const batches = store.follow({ ...options, signal: stop.signal, onError: (error) => told.push(error) });
      const first = batches[Symbol.asyncIterator]();
      const next = first.next();
      await store.append(anyStream(stream), [newEvent(person)], 'any');
      for (const end = deadline(); told.length < 2; await delay(10))
        if (end.passed()) throw new Error('it says nothing');
      expect(told[0]).toBeInstanceOf(LogRefuses);
      expect(String(told[0])).toMatch(/the event log refuses the connection: it asks for a user and a password/);
      expect(isOutage(told[0])).toBe(true);
      server.manners.deniesAll = false;
      expect((await next).value).toMatchObject({ events: [{ stream }] });
      stop.abort();
      await first.return?.();
    } finally {
      await store.close();
      await server.close();
      await node.close();
    }
  });
});

describe('What clients request from a server', () => {
  let node: EventLogNode;
  let server: GivenServer;
  beforeAll(async () => {
    node = await nodeOfItsOwn();
    server = await GivenServer.before(node.connectionString('admin'));
  });
  afterAll(async () => {
    await server.close();
    await node.close();
  });

  it('is uncompressed answers, in calls of every kind', async () => {
    await probe('event-log', { eventStoreUrl: server.url() } as ServiceUrls);
    await probe('event-log', { eventStoreUrl: server.url().replace('esdb:', 'esdb+discover:') } as ServiceUrls);
    const store = new EventStoreClient(server.url(), CATALOGUE);
    const { person, stream } = freshStream();
    const { position } = await store.append(anyStream(stream), [newEvent(person)], 'any');
    for await (const { events } of store.follow({
      ...{ after: undefined, events: eventsOf('PersonIsolated'), maxEvents: 1, maxWait: 1 },
      signal: new AbortController().signal,
    }))
      if (events.length > 0) break;
    expect(await store.isBehind(position, ['PersonIsolated'])).toBe(false);
    await store.close();
    await scavenge(server.url());
    const kinds = new Set(server.asked.map(({ path }) => path.split('.').at(-1)));
    expect([...kinds].sort()).toEqual([
      'Gossip/Read',
      'Operations/StartScavenge',
      'ServerFeatures/GetSupportedMethods',
      'Streams/BatchAppend',
      'Streams/Read',
    ]);
    expect([...new Set(server.asked.map(({ accepts }) => accepts))]).toEqual(['identity']);
  });
});
