import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomFrom } from '../../../src/entrypoints/demo/city.js';
import { KnownThings, type Known } from '../../support/fuzz-known.js';
import { FuzzRequests } from '../../support/fuzz-requests.js';
import type { ApiDocument } from '../../support/fuzz-routes.js';
import { fuzzApi, type Counts, type FuzzOutcome } from '../../support/fuzz-run.js';
import { chanceFrom, timeAfter } from '../../support/fuzz-values.js';

const NOW = Date.parse('2021-08-08T02:00:00Z');
const DOCUMENT = readFileSync('docs/openapi.json', 'utf8');

function requestsOf(seed: number, known: readonly Known[] = []): string[] {
  const things = new KnownThings();
  things.add(known);
  const source = new FuzzRequests(JSON.parse(DOCUMENT) as ApiDocument, chanceFrom(randomFrom(seed), NOW), things);
  return Array.from({ length: 400 }, () => {
    const { method, path, body } = source.next();
    return `${method} ${path} ${body?.toString('latin1') ?? ''}`;
  });
}

/** Fuzzes an API that gives the same answer to every request except the one for its description. */
async function fuzzed(status: number, answer: object): Promise<FuzzOutcome> {
  // A path may be longer than Node accepts by default.
  const server = createServer({ maxHeaderSize: 2 ** 20 }, (request, response) => {
    request.resume().once('end', () => {
      const described = request.url === '/docs-json';
      response.writeHead(described ? 200 : status, { 'Content-Type': 'application/json' });
      response.end(described ? DOCUMENT : JSON.stringify(answer));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const { port } = server.address() as AddressInfo;
    return await fuzzApi(`http://127.0.0.1:${port}`, { requests: 100, seed: 1, now: NOW });
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

const total = (counts: Counts) => Object.values(counts).reduce((sum, each) => sum + each, 0);

describe('The fuzz', () => {
  it('sends the same requests for the same seed, and others for another seed', () => {
    expect(requestsOf(1)).toEqual(requestsOf(1));
    expect(requestsOf(1)).not.toEqual(requestsOf(2));
  });

  it.each(['2021-W31-1', '+275760-09-13T00:00:00Z', '20210801T0900', '2021-08-01T24:00:00Z', 'now'])(
    'continues after a start of %s, which JavaScript may not parse',
    (start) => {
      const chance = chanceFrom(randomFrom(1), NOW);
      expect(timeAfter(start, 8, chance)).not.toBe('');
      expect(requestsOf(1, [['visit', { visit_id: 'v', arrived_at: start }]])).toHaveLength(400);
    },
  );

  it('also asks about existing things, and otherwise sends the same', () => {
    const [without, about] = [requestsOf(1), requestsOf(1, [['task', { task_id: 'task-that-is-there' }]])];
    const changed = about.filter((request, i) => request !== without[i]);
    expect(changed.length).toBeGreaterThan(3);
    expect(changed.every((request) => request.includes('/v1/tasks/task-that-is-there'))).toBe(true);
  });

  it('accepts no 503 except for a question that asks for too much, and counts these', async () => {
    const away = await fuzzed(503, { type: 'urn:truyvet:problem:log-away' });
    expect(away.wrong[0]).toMatch(/^request 1: .* was answered 503: .*log-away/);
    const slow = await fuzzed(503, { type: 'urn:truyvet:problem:graph-slow' });
    const { 'urn:truyvet:problem:graph-slow': told = 0, ...untold } = slow.tooMuch;
    expect({ wrong: slow.wrong, all: told + total(untold) }).toEqual({ wrong: [], all: 100 });
    expect(total(untold)).toBeLessThan(5);
  });

  it('counts the answers of each route', async () => {
    const { byRoute, statuses } = await fuzzed(404, {});
    expect(statuses).toEqual({ 404: 100 });
    expect(Object.values(byRoute).reduce((sum, each) => sum + total(each), 0)).toBeGreaterThan(80);
    expect(Object.keys(byRoute)).toContain('POST /a/{token}');
  });
});
