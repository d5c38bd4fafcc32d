import { CATALOGUE } from '../support/catalogue.js';
import { streams } from '../support/events.js';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { AnswerLinks } from '../../src/health-form/links.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import { alertIdOf } from '../../src/alerting/ids.js';
import { openMasterKey } from '../../src/event-log/master-key.js';
import { killCommands, runCommand, startCommand, type Command } from '../support/command.js';
import { testDataDir, testServices } from '../support/services.js';
import { warmGraph, type WarmGraph } from '../support/warm-graph.js';

jest.setTimeout(120_000);

const AT = /http:\/\/127\.0\.0\.1:\d+/;

async function startApi(env: NodeJS.ProcessEnv = {}): Promise<{ api: Command; url: string }> {
  const api = startCommand(['api'], { TRUYVET_PORT: '0', ...graph.env, ...env });
  await api.printed('listens on');
  return { api, url: AT.exec(api.stdout())?.[0] ?? '' };
}

let graph: WarmGraph;
let api: Command;
let url: string;
beforeAll(async () => {
  await testServices();
  graph = await warmGraph();
  ({ api, url } = await startApi());
}, 300_000);
afterAll(async () => {
  api?.process.kill('SIGTERM');
  await api?.ended;
  await graph?.release();
});
afterAll(killCommands);

describe('npx truyvet api', () => {
  it('is ready when the log, the graph and the queues answer, and says that no projector fills the graph', async () => {
    const response = await fetch(`${url}/health/ready`);

    expect(await response.json()).toMatchObject({
      status: expect.stringMatching(/^(ok|degraded)$/),
      services: { graph: { up: true }, 'event-log': { up: true }, neo4j: { up: true }, redis: { up: true } },
    });
  });

  it('stores a batch that arrives slowly, line by line', async () => {
    const ids = [randomUUID(), randomUUID()];
    const lines = ids.map((id) => `${JSON.stringify({ person_id: id, started_at: '2021-08-01T09:00:00Z' })}\n`);
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const line = lines.shift();
        if (line === undefined) return controller.close();
        for (const half of [line.slice(0, 20), line.slice(20)]) {
          controller.enqueue(new TextEncoder().encode(half));
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    const init = { method: 'POST', body, duplex: 'half', headers: { 'Content-Type': 'application/x-ndjson' } };
    const response = await fetch(`${url}/v1/isolations`, init as RequestInit);

    expect(await response.json()).toMatchObject({ rows: 2, accepted: 2, new: 2, errors: [] });
  });

  it('says which port is in use', async () => {
    const { code, stderr } = await runCommand(['api'], { ...graph.env, TRUYVET_PORT: new URL(url).port });

    expect(code).toBe(1);
    expect(stderr).toMatch(/Port \d+ of 127\.0\.0\.1 is in use\.\nSet TRUYVET_PORT/);
  });

  it('listens where others can reach it only with a key', async () => {
    const { code, stderr } = await runCommand(['api'], { ...graph.env, TRUYVET_HOST: '0.0.0.0', TRUYVET_PORT: '0' });

    expect(code).toBe(1);
    expect(stderr).toContain('TRUYVET_SERVICE_KEY');
  });

  it('accepts one answer of a contact through the link of the alert, without the key that everything else needs', async () => {
    const publicUrl = 'https://tracing.example';
    const key = { TRUYVET_SERVICE_KEY: 'a-key-of-sixteen-characters', TRUYVET_PUBLIC_URL: `${publicUrl}/` };
    const second = await startApi(key);
    const log = new EventStoreClient((await testServices()).eventStoreUrl, CATALOGUE);
    const personId = randomUUID();
    const alertId = alertIdOf('case', personId, 0);
    const data = { alertId, caseId: 'case', personId, disease: 'covid-19', degree: 1, sequence: 0 };
    const event = { type: 'AlertRequested' as const, data };
    await log.append(streams.alert(alertId), [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');

    const links = new AnswerLinks(openMasterKey({ dataDir: testDataDir, masterKey: undefined }), publicUrl);
    const page = links.answerLink(alertId).replace(publicUrl, second.url);
    expect(await (await fetch(page)).text()).toContain('<form method="post"');
    const given = { fever: 'yes', cough: 'no', breathing: 'no', other: 'no', vaccinated: 'no', moved: 'yes' };
    const answer = () => fetch(page, { method: 'POST', body: new URLSearchParams(given) });
    expect((await answer()).status).toBe(200);
    expect((await answer()).status).toBe(409);
    expect(await (await fetch(`${page}?lang=en`)).text()).toContain('We already received your answers');
    expect((await fetch(`${second.url}/v1/questions/tasks`)).status).toBe(401);

    const stored: unknown[] = [];
    for await (const { type, data } of log.read(streams.answers(alertId))) stored.push({ type, data });
    expect(stored).toEqual([
      {
        type: 'ContactAnswered',
        data: { alertId, caseId: 'case', personId, symptoms: ['fever'], vaccinated: false, moved: true },
      },
    ]);
    await log.close();
    second.api.process.kill('SIGTERM');
    const { stderr, stdout } = await second.api.ended;
    expect(`${stdout}${stderr}`).not.toContain(page.split('/a/')[1]);
  });

  it('finishes requests in progress when it is stopped, and exits with 0', async () => {
    const second = await startApi();
    const id = randomUUID();
    const line = JSON.stringify({ person_id: id, started_at: '2021-08-01T09:00:00Z' });
    // A request with `Expect: 100-continue` gets an answer when the server has accepted it.
    const headers = { 'Content-Type': 'application/x-ndjson', Expect: '100-continue' };
    const sent = request(`${second.url}/v1/isolations`, { method: 'POST', headers });
    sent.flushHeaders();
    await once(sent, 'continue');
    sent.write(`${line}\n`);
    second.api.process.kill('SIGTERM');
    await second.api.printed('Stopping');
    sent.end();

    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(await json(answer)).toMatchObject({ accepted: 1 });
    expect(await second.api.ended).toMatchObject({ code: 0 });
  });
});
