import type { INestApplication } from '@nestjs/common';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { createApi, type ApiSettings } from '../../src/entrypoints/api/app.js';
import type { Pings } from '../../src/http/health.js';
import { meansOver } from './ingest.js';
import { MemoryEventStore } from './memory-event-store.js';

/** The API on a separate port, over a log in memory. */
export interface RunningApi {
  app: INestApplication;
  url: string;
  store: MemoryEventStore;
  pings: Pings;
  lines: string[];
}

export async function startApi(serviceKey?: string, more: Partial<ApiSettings> = {}): Promise<RunningApi> {
  const store = new MemoryEventStore();
  const pings: Pings = { 'event-log': () => Promise.resolve(), neo4j: () => Promise.resolve() };
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const { app } = await createApi({
    config: { zone: 'Asia/Ho_Chi_Minh', serviceKey },
    logger,
    means: meansOver(store),
    pings,
    modules: [],
    registry: new Registry(),
    ...more,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  return { app, url: `http://127.0.0.1:${port}`, store, pings, lines };
}

export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
export const ndjson = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/x-ndjson' },
  body,
});
