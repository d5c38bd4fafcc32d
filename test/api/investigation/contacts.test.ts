import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { runRequest } from '../../../src/cli/run-request.js';
import { createApi } from '../../../src/entrypoints/api/app.js';
import { RequestsModule } from '../../../src/http/bind.js';
import { questionGraph } from '../../../src/investigation/question-context.js';
import type { CaseFacts, QuestionGraph } from '../../../src/investigation/question-ports.js';
import { askContacts } from '../../../src/investigation/requests/one-case.js';
import { Contexts } from '../../../src/requests/context.js';
import { knownIds } from '../../../src/requests/known-ids.js';
import { keysOf } from '../../support/asking.js';
import { meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { storeWith } from '../../support/projection-spec.js';
import { AN, traced } from '../../support/projection-events.js';

const contact = (personId: string, degree: number, more: object = {}) => ({
  ...{ personId, degree, minutes: 20.005, meetings: [], via: [], shared: [] },
  ...{ firstExposureAt: '2021-08-01T02:00:00Z', lastExposureAt: '2021-08-01T02:20:00Z', ...more },
});
const meeting = (placeId: string | null) => ({
  ...{ placeId, from: '2021-08-01T02:00:00Z', to: '2021-08-01T02:20:00Z', imputed: false, lingering: false },
});
const { caseId } = AN;
const FOUND = [
  contact('Chi', 2, { via: ['Dung', 'Binh app'] }),
  contact('Binh app', 2, { via: ['Dung'] }),
  contact('Binh', 1, { meetings: [meeting('market'), meeting('cafe'), meeting(null)] }),
  contact('Dung', 1, { meetings: [meeting(null)], lastExposureAt: null }),
  contact('An app', 1),
];
const factor = (personId: string) => ({
  ...{ personId, shared: ['vehicle' as const], since: '2021-08-01T01:00:00Z', placeIds: ['bus 1'] },
});
const facts = (id: string, person: string): CaseFacts => ({
  ...{ caseId: id, personId: person, records: [], disease: 'covid-19', status: 'live' as const },
  ...{ from: 0, until: null, anchor: 0 },
});
const MERGED: Record<string, string> = { 'Binh app': 'Binh', 'An app': 'An' };

/** What the graph was asked for. */
let asked: unknown;
const graph: Partial<QuestionGraph> = {
  contacts: (of, page) => {
    asked = [of, page];
    const found = { personId: 'Chi', degree: 2, first: 1_627_783_200, last: null, minutes: 20.005, rule: 'own@2' };
    return Promise.resolve(of === caseId ? { contacts: [found], counts: [{ degree: 2, count: 1 }] } : undefined);
  },
  casesOf: (person) => Promise.resolve(person === 'An' ? [facts(caseId, 'An')] : [facts('case of Em', 'Em')]),
  knowsPerson: () => Promise.resolve(true),
  goesBy: () => Promise.resolve((record) => MERGED[record] ?? record),
  outcomesAmong: (_, people) =>
    Promise.resolve({
      failed: new Map(people.includes('Dung') ? [['Dung', 'no-phone']] : []),
      cases: new Map(people.includes('Chi') ? [['Chi', ['case of Chi']]] : []),
    }),
  shortIds: () => Promise.resolve(new Map()),
};

let app: INestApplication;
let url: string;
let contexts: Contexts;
beforeAll(async () => {
  const data = { caseId, traceId: 'trace-1', index: 0, found: FOUND, gone: [], factorsGone: [] };
  const story = traced([], 'trace-1').map((event) =>
    event.type === 'ContactsTraced'
      ? { type: 'ContactsTraced' as const, data: { ...data, factors: [factor('Em'), factor('Dung')] } }
      : event,
  );
  const store: MemoryEventStore = await storeWith(story);
  const base = { store, ...keysOf(store), zone: 'UTC' };
  contexts = new Contexts(base, { [questionGraph.name]: graph, [knownIds.name]: graph });
  ({ app } = await createApi({
    config: { zone: 'UTC', serviceKey: undefined },
    logger: pino({ level: 'silent' }),
    means: meansOver(store),
    pings: {},
    modules: [await RequestsModule.with([askContacts], contexts)],
    registry: new Registry(),
  }));
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  url = `http://127.0.0.1:${port}/v1/questions/contacts`;
});
afterAll(() => app?.close());

async function get(query: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}?${query}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function printed(json: boolean, options: Record<string, unknown> = {}): Promise<string[]> {
  const lines: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  try {
    const output = { zone: 'UTC' };
    await runRequest(askContacts, {}, { person: 'An', ...options }, json, (_, use) =>
      use(contexts.for({ source: 'cli' }), output),
    );
  } finally {
    log.mockRestore();
  }
  return lines;
}

describe('The contacts of a case', () => {
  it('are those of its latest trace, with where they were met and through whom, each person once', async () => {
    const { status, body } = await get('evidence=true&person=An');
    expect(status).toBe(200);
    const when = { first: '2021-08-01T02:00:00Z', last: '2021-08-01T02:20:00Z', minutes: 20.01 };
    const rest = { ...when, via: [], cases: [], untold: null, rule: 'covid-19-vn-5053@1' };
    expect(body).toMatchObject({
      case: { id: caseId, person: 'An', status: 'live' },
      counts: [
        { degree: 1, count: 2 },
        { degree: 2, count: 1 },
      ],
      factors: [{ person: 'Em', shared: ['vehicle'], since: '2021-08-01T01:00:00Z', places: ['bus 1'] }],
      next: null,
    });
    expect(body['items']).toEqual([
      { ...rest, person: 'Binh', degree: 1, places: ['cafe', 'market'] },
      { ...rest, person: 'Dung', degree: 1, places: [], last: null, untold: 'no-phone' },
      { ...rest, person: 'Chi', degree: 2, places: [], via: ['Binh', 'Dung'], cases: ['case of Chi'] },
    ]);
  });

  it('come in pages over HTTP, of which the first has the factors, and of one degree where that is asked for', async () => {
    const whole = (await get('evidence=true&person=An')).body;
    const first = (await get('evidence=true&person=An&limit=2')).body;
    const second = (await get(`evidence=true&person=An&limit=2&cursor=${String(first['next'])}`)).body;
    expect([...(first['items'] as unknown[]), ...(second['items'] as unknown[])]).toEqual(whole['items']);
    expect(first['factors']).toEqual(whole['factors']);
    expect(second).toMatchObject({ counts: whole['counts'], factors: [], next: null });
    const ofOne = (await get('evidence=true&person=An&degree=2')).body;
    expect(ofOne).toMatchObject({ items: [{ person: 'Chi' }], counts: whole['counts'], factors: [] });
  });

  it('come over HTTP without where they were met and through whom unless that is asked for', async () => {
    const { status, body } = await get('person=An&degree=2&limit=1');
    expect(asked).toEqual([caseId, { degree: 2, after: undefined, limit: 2 }]);
    expect(status).toBe(200);
    expect(body).toEqual({
      case: expect.objectContaining({ id: caseId, person: 'An' }),
      counts: [{ degree: 2, count: 1 }],
      items: [
        {
          ...{ person: 'Chi', degree: 2, first: '2021-08-01T02:00:00Z', last: null, minutes: 20.01, rule: 'own@2' },
          ...{ places: null, via: null, cases: ['case of Chi'], untold: null },
        },
      ],
      factors: null,
      next: null,
    });
    expect(await get('person=Em')).toMatchObject({ status: 422 });
  });

  it('are the same as JSON on the command line, all at once', async () => {
    const lines = await printed(true);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([(await get('evidence=true&person=An')).body]);
  });

  it('are listed for people, whom the command line shows all of them', async () => {
    expect(await printed(false)).toEqual([
      `An: covid-19, case ${caseId}`,
      expect.stringMatching(/^Infectious from .* until isolation \(none is recorded\)$/),
      '2 F1',
      '  Binh: from 2021-08-01 02:00:00+00:00, 20.01 min at cafe, market',
      '  Dung: from 2021-08-01 02:00:00+00:00, 20.01 min, by phone; not notified: no phone',
      '1 F2',
      '  Chi: through Binh, Dung',
      '1 with an epidemiological factor',
      '  Em: the same vehicle at bus 1, from 2021-08-01 01:00:00+00:00',
    ]);
  });

  it('are refused while no trace is completed, instead of being none', async () => {
    expect(await get('evidence=true&person=Em')).toMatchObject({
      status: 422,
      body: { type: 'urn:truyvet:problem:not-traced', detail: 'Case case of Em of Em is not traced yet.' },
    });
  });
});
