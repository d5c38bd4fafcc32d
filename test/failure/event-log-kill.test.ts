import { describe, expect, it } from '@jest/globals';
import { EventStoreDBClient, jsonEvent, UnavailableError } from '@eventstore/db-client';
import { status, type ServiceError } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { start, withFolder } from './event-log-process.js';
import { logKill } from '../support/sizes.js';

const { rounds: ROUNDS, seconds: SECONDS, seed: SEED } = logKill;
const CLIENTS = 8;
const DEAD = new Error('The node is dead.');

/** A small pseudo-random generator: the same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Writer {
  stream: string;
  /** Ids of all acknowledged events, in order. */
  acknowledged: string[];
  /** Ids of the last append if it was not acknowledged; they are retried unchanged. */
  pending: string[];
}

/** The client reports this in its own words, or passes on those of the transport. */
function isUnavailable(error: unknown): boolean {
  return error instanceof UnavailableError || (error as Partial<ServiceError>).code === status.UNAVAILABLE;
}

/** Appends until the node dies: one event or a few, and the same again if there was no answer. */
async function write(url: string, writer: Writer, chance: () => number, died: Promise<never>): Promise<void> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    for (;;) {
      if (writer.pending.length === 0) {
        writer.pending = Array.from({ length: chance() < 0.8 ? 1 : 20 }, () => randomUUID());
      }
      const events = writer.pending.map((id) => jsonEvent({ id, type: 'Kept', data: { filler: 'x'.repeat(200) } }));
      // The client may wait for ever for an append that it makes at the moment its connection breaks.
      await Promise.race([client.appendToStream(writer.stream, events), died]);
      writer.acknowledged.push(...writer.pending);
      writer.pending = [];
    }
  } catch (error) {
    // The node was killed as intended; an unacknowledged append stays pending.
    if (error !== DEAD && !isUnavailable(error)) throw error;
  } finally {
    await client.dispose();
  }
}

async function idsIn(client: EventStoreDBClient, stream: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { event } of client.readStream(stream)) if (event) ids.push(event.id);
  return ids;
}

describe('An event log that is killed repeatedly while eight clients append', () => {
  it(
    'contains every acknowledged event once, in order',
    async () => {
      await withFolder(async (dir) => {
        const chance = random(SEED);
        const writers: Writer[] = Array.from({ length: CLIENTS }, (_, i) => {
          return { stream: `writer-${i}`, acknowledged: [], pending: [] };
        });
        const began = Date.now();
        let kills = 0;
        while (kills < ROUNDS && Date.now() - began < SECONDS * 1000) {
          const node = await start(dir);
          let tell: (error: Error) => void = () => undefined;
          const died = new Promise<never>((_, reject) => (tell = reject));
          const writing = Promise.all(writers.map((writer) => write(node.url, writer, chance, died)));
          // Checked below, after the node is dead.
          writing.catch(() => undefined);
          await new Promise((done) => setTimeout(done, 30 + chance() * 250));
          await node.end('SIGKILL');
          tell(DEAD);
          await writing;
          kills++;
        }
        const node = await start(dir);
        const client = EventStoreDBClient.connectionString(node.url);
        for (const { stream, acknowledged, pending } of writers) {
          const stored = await idsIn(client, stream);
          const unanswered = stored.slice(acknowledged.length);
          expect(stored.slice(0, acknowledged.length)).toEqual(acknowledged);
          // An append without an answer is stored completely or not at all.
          expect([[], pending]).toContainEqual(unanswered);
        }
        await client.dispose();
        await node.end('SIGTERM');
        const total = writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
        console.log(`seed ${SEED}: killed ${kills} times, ${total} acknowledged events, all there once`);
        expect(kills).toBe(ROUNDS);
        expect(total).toBeGreaterThan(kills);
      });
    },
    (SECONDS + 120) * 1000,
  );
});
