import { createServer } from 'node:net';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { UserError } from '../../domain/errors.js';
import { readAppend, readBatchAppend, readStreamRequest } from './format/requests.js';
import { BatchAppender, handleAppend, handleRemoval } from './serve/append.js';
import { GossipService, OperationsService, ServerFeaturesService, StreamsService } from './serve/definitions.js';
import { serializeBundle } from './serve/frame-bundle.js';
import { Reader } from './serve/read.js';
import { gossip, operations, supportedMethods } from './serve/services.js';
import { Scavenger } from './store/scavenge.js';
import { Store } from './store/store.js';

/** The client reads events up to this size, so nothing larger may be sent here. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

export interface EventLogNodeOptions {
  /** 0 lets the system choose. */
  port: number;
  /** Address to listen on; 127.0.0.1 when not said. */
  host?: string;
  /** Folder of the store; made when it is not there. */
  dataDir: string;
  /** Milliseconds since 1970 of what is stored; the clock of the machine when not said. */
  now?: () => number;
  /** Told what an operator should know, in sentences. */
  warn?: (text: string) => void;
}

export interface EventLogNode {
  port: number;
  /** For `EventStoreDBClient.connectionString`. */
  connectionString: string;
  /** Resolves when the disk failed such that the node can no longer promise anything: close it and end. */
  failed: Promise<Error>;
  /** Finishes what is being written, ends subscriptions, lets go of the folder. */
  close(): Promise<void>;
}

/**
 * Starts an event log that speaks EventStoreDB's gRPC protocol.
 *
 * Throws UserError when the port or the folder cannot be had, or the folder's content is damaged or newer.
 */
export async function startEventLogNode(options: EventLogNodeOptions): Promise<EventLogNode> {
  const { host = '127.0.0.1', dataDir, warn = () => undefined, now = Date.now } = options;
  await checkPort(host, options.port);
  const store = await Store.open(dataDir, { warn, now });
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_concurrent_streams': 10_000,
  });
  let port = options.port;
  const scavenger = new Scavenger(store);
  const reader = new Reader(store, (error) => warn(`A read failed: ${String(error)}`));
  server.addService(streamsService(), {
    read: reader.handle,
    append: (call: Parameters<typeof handleAppend>[1], callback: Parameters<typeof handleAppend>[2]) =>
      handleAppend(store, call, callback),
    batchAppend: (call: ConstructorParameters<typeof BatchAppender>[1]) => new BatchAppender(store, call),
    delete: (call: Parameters<typeof handleRemoval>[2], callback: Parameters<typeof handleRemoval>[3]) =>
      handleRemoval(store, 'delete', call, callback),
    tombstone: (call: Parameters<typeof handleRemoval>[2], callback: Parameters<typeof handleRemoval>[3]) =>
      handleRemoval(store, 'tombstone', call, callback),
  });
  server.addService(
    GossipService as unknown as ServiceDefinition,
    gossip(() => ({ host: reachable(host), port })),
  );
  server.addService(ServerFeaturesService as unknown as ServiceDefinition, supportedMethods());
  server.addService(
    OperationsService as unknown as ServiceDefinition,
    operations(() => scavenger.scavenge()),
  );
  try {
    port = await listen(server, host, options.port);
  } catch (error) {
    await store.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    port,
    connectionString: `esdb://${bracketed(reachable(host))}:${port}?tls=false`,
    failed: store.failed,
    close: () =>
      (closing ??= (async () => {
        reader.stop();
        await drain(server);
        await store.close();
      })()),
  };
}

/** The Streams service with hand-written codecs where messages are hot. */
function streamsService(): ServiceDefinition {
  const { append, batchAppend, delete: remove, tombstone, read } = StreamsService as unknown as ServiceDefinition;
  return {
    read: { ...read!, responseSerialize: serializeBundle },
    append: { ...append!, requestDeserialize: readAppend, responseSerialize: serializeBundle },
    batchAppend: { ...batchAppend!, requestDeserialize: readBatchAppend, responseSerialize: serializeBundle },
    delete: { ...remove!, requestDeserialize: readStreamRequest },
    tombstone: { ...tombstone!, requestDeserialize: readStreamRequest },
  };
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
/** What a caller on this machine dials for an address that means all addresses. */
const reachable = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host);

const portProblem = (host: string, port: number, reason: string): UserError =>
  new UserError(
    /EADDRINUSE/.test(reason)
      ? `Port ${port} on ${host} is already in use.`
      : `The event log cannot listen on ${host}, port ${port}: ${reason}.`,
    'Choose another with --port and --host; --port 0 takes a free port.',
  );

/** Says at once, before the folder is opened, what listening would say in its own words much later. */
async function checkPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject(portProblem(host, port, error.message)));
    probe.listen({ host, port }, () => probe.close(() => resolve()));
  });
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${bracketed(host)}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(portProblem(host, port, error.message));
      else resolve(bound);
    });
  });
}

const GRACE_MS = 2_000;

/** Lets calls under way finish for a moment, then cuts what is left. */
async function drain(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, GRACE_MS);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
