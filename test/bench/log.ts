import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials, type ServerDuplexStream, type ServerWritableStream } from '@grpc/grpc-js';
import { accessFolderOf, logUrl } from '@truyvet/event-log-node';
import type * as streams from '@eventstore/db-client/generated/streams_pb.js';
import type { EventStore, NewEvent } from '../../src/event-log/event-store.js';
import { EventStoreClient, type LogClient } from '../../src/event-log/eventstore-client.js';
import { eventSet } from '../../src/kernel/event.js';
import { CheckedIn, presenceStream } from '../../src/presence/index.js';
import { CATALOGUE } from '../support/catalogue.js';

/**
 * The event log's speed as the program sees it, through its port: over the own wire and by the official client, compared
 * with the same against a server that stores nothing (generated code, each message answered at once), and with a loop of
 * writes and fdatasyncs.
 */

export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  floor?: number;
  floorName?: string;
}

const READ_COUNT = { small: 20_000, full: 200_000 };
const ARRIVED_AT = '2021-06-01T08:00:00Z';

const checkIn = (i: number): NewEvent<CheckedIn> => ({
  id: randomUUID(),
  event: {
    type: 'CheckedIn',
    data: {
      ...{ visitId: `visit-${i}`, personId: `person-${i % 5_000}`, placeId: `place-${i % 300}` },
      ...{ arrivedAt: ARRIVED_AT, leftAt: '2021-06-01T09:00:00Z', seat: null },
    },
  },
  provenance: { source: 'bench', correlationId: 'bench' },
});
const freshStream = () => presenceStream(randomUUID(), ARRIVED_AT);

const seconds = async (work: () => Promise<void>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

/** Appends one event at a time, `inFlight` in parallel, to many streams. Returns appends per second. */
async function appends(store: EventStore, inFlight: number, count: number): Promise<number> {
  const streams = Array.from({ length: 2_000 }, freshStream);
  let next = 0;
  const run = async (until: number): Promise<void> => {
    const worker = async (): Promise<void> => {
      for (let i = next++; i < until; i = next++) await store.append(streams[i % 2_000]!, [checkIn(i)], 'any');
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
  };
  const warm = Math.ceil(count / 4);
  await run(warm);
  next = warm;
  const took = await seconds(() => run(warm + count));
  return count / took;
}

/** Appends 500 events at a time, four in parallel. Returns events per second. */
async function batches(store: EventStore, count: number): Promise<number> {
  const sets = Array.from({ length: count + 8 }, (_, b) => Array.from({ length: 500 }, (_, i) => checkIn(b * 500 + i)));
  let next = 0;
  const run = async (until: number): Promise<void> => {
    const worker = async (): Promise<void> => {
      for (let b = next++; b < until; b = next++) await store.append(freshStream(), sets[b]!, 'any');
    };
    await Promise.all(Array.from({ length: 4 }, worker));
  };
  await run(8);
  next = 8;
  const took = await seconds(() => run(count + 8));
  return (count * 500) / took;
}

/** Events per second that a reader of the log gets from its start. */
async function reads(store: EventStore, count: number): Promise<number> {
  let got = 0;
  const { signal } = new AbortController();
  const took = await seconds(async () => {
    const wanted = { after: undefined, events: eventSet(CheckedIn), maxEvents: 1_000, maxWait: 20, signal };
    for await (const { events } of store.follow(wanted)) if ((got += events.length) >= count) break;
  });
  return got / took;
}

/** Writes of one small event with one fdatasync each, per second. */
function fsyncs(dir: string): number {
  const fd = openSync(join(dir, 'fsync'), 'w');
  const bytes = Buffer.alloc(400, 7);
  const count = 2_000;
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    writeSync(fd, bytes, 0, bytes.length, i * bytes.length);
    fdatasyncSync(fd);
  }
  const took = (performance.now() - start) / 1000;
  closeSync(fd);
  return count / took;
}

interface Running {
  process: ChildProcess;
  url: string;
}

/** Starts a process that prints its connection string when it is ready. */
function start(args: string[]): Promise<Running> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((ready, fail) => {
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      const url = /esdb:\/\/\S+/.exec(said)?.[0];
      if (url !== undefined) ready({ process: child, url });
    });
    child.once('exit', (code) => fail(new Error(`${args.join(' ')} ended with ${String(code)}: ${said}`)));
  });
}

async function stop({ process: child }: Running): Promise<void> {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

async function whileRunning<T>(args: string[], work: (running: Running) => Promise<T>): Promise<T> {
  const running = await start(args);
  try {
    return await work(running);
  } finally {
    await stop(running);
  }
}

/** Peak resident memory in megabytes; undefined if the system does not report it. */
function peakMegabytes(pid: number | undefined): number | undefined {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
    return line ? Number(line[1]) / 1024 : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Measures a node in a separate process and its floors, one after the other. Needs a built project. */
export async function benchLog({ small }: { small: boolean }): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'truyvet-bench-log-'));
  const scale = small ? 0.1 : 1;
  const readCount = small ? READ_COUNT.small : READ_COUNT.full;
  const measures: { name: string; unit: string; run: (store: EventStore) => Promise<number> }[] = [
    { name: 'appends, 1 in flight', unit: 'appends/s', run: (store) => appends(store, 1, 8_000 * scale) },
    { name: 'appends, 50 in flight', unit: 'appends/s', run: (store) => appends(store, 50, 50_000 * scale) },
    { name: 'appends, 500 in flight', unit: 'appends/s', run: (store) => appends(store, 500, 80_000 * scale) },
    { name: 'appends of 500 events', unit: 'events/s', run: (store) => batches(store, 500 * scale) },
    { name: '$all filtered by type', unit: 'events/s', run: (store) => reads(store, readCount) },
  ];
  try {
    const measured = async ({ url, process: { pid } }: Running) => {
      const values: Record<LogClient, number[]> = { own: [], official: [] };
      for (const by of ['own', 'official'] as const) {
        const store = new EventStoreClient(url, CATALOGUE, by);
        for (const { run } of measures) values[by].push(await run(store));
        await store.close();
      }
      return { values, peak: peakMegabytes(pid) };
    };
    const command = [resolve('bin/truyvet.js'), 'event-log', '--port', '0', '--data', join(dir, 'data')];
    // The node prints its address without a password.
    const asUser = ({ url, ...rest }: Running) => {
      const address = { host: 'localhost', port: Number(/:(\d+)\?/.exec(url)?.[1]) };
      return measured({ ...rest, url: logUrl(address, accessFolderOf(join(dir, 'data'))) as string });
    };
    const { values, peak } = await whileRunning(command, asUser);
    const { values: floors } = await whileRunning([fileURLToPath(import.meta.url), '--echo'], measured);

    const rows = (['own', 'official'] as const).flatMap((by) =>
      measures.map(({ name, unit }, i): BenchRow => ({
        name: `log: ${name}${by === 'own' ? '' : ', by the official client'}`,
        value: values[by][i]!,
        unit,
        floor: floors[by][i]!,
        floorName: 'grpc-js echo, nothing kept',
      })),
    );
    rows.push({ name: 'log: fsync loop', value: fsyncs(dir), unit: 'writes/s' });
    if (peak !== undefined) rows.push({ name: 'log: peak memory of the node', value: peak, unit: 'MB' });
    return rows;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The floor: the same messages over grpc-js with the generated code, answered at once and not stored. */
function serveEcho(): void {
  const load = createRequire(import.meta.url);
  const generated = '@eventstore/db-client/generated';
  const pb = load(`${generated}/streams_pb.js`) as typeof streams;
  const { AllStreamPosition, UUID, StreamIdentifier } = load(
    `${generated}/shared_pb.js`,
  ) as typeof import('@eventstore/db-client/generated/shared_pb.js');
  const { StreamsService } = load(
    `${generated}/streams_grpc_pb.js`,
  ) as typeof import('@eventstore/db-client/generated/streams_grpc_pb.js');
  const { ServerFeaturesService } = load(
    `${generated}/serverfeatures_grpc_pb.js`,
  ) as typeof import('@eventstore/db-client/generated/serverfeatures_grpc_pb.js');
  const { SupportedMethods, SupportedMethod } = load(
    `${generated}/serverfeatures_pb.js`,
  ) as typeof import('@eventstore/db-client/generated/serverfeatures_pb.js');

  const batchAppend = (call: ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>): void => {
    call.on('data', (request: streams.BatchAppendReq) => {
      const position = new AllStreamPosition();
      position.setCommitPosition('1234567');
      position.setPreparePosition('1234567');
      const success = new pb.BatchAppendResp.Success();
      success.setCurrentRevision('7');
      success.setPosition(position);
      const response = new pb.BatchAppendResp();
      response.setCorrelationId(request.getCorrelationId());
      response.setSuccess(success);
      response.setStreamIdentifier(request.getOptions()?.getStreamIdentifier());
      if (request.getIsFinal()) call.write(response);
    });
    call.on('end', () => call.end());
  };

  const read = (call: ServerWritableStream<streams.ReadReq, streams.ReadResp>): void => {
    const id = new UUID();
    id.setString(randomUUID());
    const identifier = new StreamIdentifier();
    identifier.setStreamName(Buffer.from(`presence-${randomUUID()}-1`));
    const sample = checkIn(1);
    const recorded = new pb.ReadResp.ReadEvent.RecordedEvent();
    recorded.setId(id);
    recorded.setStreamIdentifier(identifier);
    recorded.setStreamRevision('7');
    recorded.getMetadataMap().set('type', sample.event.type).set('content-type', 'application/json');
    recorded.getMetadataMap().set('created', '16225344000000000');
    recorded.setData(Buffer.from(JSON.stringify(sample.event.data)));
    recorded.setCustomMetadata(Buffer.from(JSON.stringify({ v: 2, ...sample.provenance })));
    const event = new pb.ReadResp.ReadEvent();
    event.setEvent(recorded);
    const response = new pb.ReadResp();
    response.setEvent(event);
    // A reader takes each position once.
    let position = 0;
    const pump = (): void => {
      while (!call.cancelled && !call.destroyed) {
        const at = String(++position);
        recorded.setPreparePosition(at);
        recorded.setCommitPosition(at);
        event.setCommitPosition(at);
        if (!call.write(response)) return;
      }
    };
    call.on('drain', pump);
    pump();
  };

  const methods = new SupportedMethods();
  const method = new SupportedMethod();
  method.setServiceName('event_store.client.streams.streams');
  method.setMethodName('batchappend');
  methods.addMethods(method);
  const server = new Server();
  server.addService(StreamsService as never, { batchAppend, read });
  server.addService(ServerFeaturesService as never, {
    getSupportedMethods: (_: unknown, callback: (error: null, value: unknown) => void) => callback(null, methods),
  });
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(`esdb://127.0.0.1:${port}?tls=false`);
  });
  process.once('SIGTERM', () => server.forceShutdown());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--echo')) serveEcho();
  else console.table(await benchLog({ small: process.argv.includes('--small') }));
}
