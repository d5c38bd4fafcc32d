import { REQUESTS } from '../../../src/entrypoints/modules.js';
import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { createApi } from '../../../src/entrypoints/api/app.js';
import { loadRows } from '../../../src/entrypoints/boot.js';
import { PreviewModule, type PreviewSettings } from '../../../src/entrypoints/api/preview.js';
import { RequestsModule } from '../../../src/http/bind.js';
import type { Contexts } from '../../../src/requests/context.js';
import { meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const FILE = 'docs/openapi.json';

describe('The description of the API', () => {
  it('equals docs/openapi.json (UPDATE_DOCS=1 writes it)', async () => {
    const { app, document } = await createApi({
      config: { zone: 'UTC', serviceKey: undefined },
      logger: pino({ level: 'silent' }),
      means: meansOver(new MemoryEventStore()),
      pings: {},
      modules: [
        await RequestsModule.with(REQUESTS, {} as Contexts),
        PreviewModule.with({} as PreviewSettings, await loadRows()),
      ],
      registry: new Registry(),
    });
    await app.close();
    const now = `${JSON.stringify(document, undefined, 2)}\n`;
    if (process.env['UPDATE_DOCS']) writeFileSync(FILE, now);

    expect(existsSync(FILE) ? readFileSync(FILE, 'utf8') : '').toBe(now);
  });
});
