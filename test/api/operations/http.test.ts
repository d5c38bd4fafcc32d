import { ClockGuard } from '../../../src/event-log/clock-guard.js';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { Sealing } from '../../../src/event-log/sealing.js';
import { SAMPLE_REQUESTS } from '../../../src/samples/requests.js';
import { knownIds } from '../../../src/requests/known-ids.js';
import { sampleGraph } from '../../../src/samples/sample-graph.js';
import { alertGraph } from '../../../src/alerting/alert-graph.js';
import { Contexts } from '../../../src/requests/context.js';
import { RequestsModule } from '../../../src/http/bind.js';
import { type DomainEvent, streams, anyStream } from '../../support/events.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import request, { type Test } from 'supertest';
import { knownOperatorOrders } from '../../../src/delivery/known-operator-orders.js';
import { asideShown } from '../../../src/operations/open.js';
import { ALERTING_REQUESTS } from '../../../src/alerting/requests.js';
import { OPERATION_REQUESTS } from '../../../src/operations/requests.js';
import { PROJECTION_REQUESTS } from '../../../src/operations/projection-requests.js';
import { operationTools } from '../../../src/operations/open.js';
import { notAccepted } from '../../../src/operations/accepting.js';
import type { Overview } from '../../../src/operations/overview-answer.js';
import type { OperationTools } from '../../../src/operations/overview.js';
import { json, startApi, type RunningApi } from '../../support/api.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { MemoryQueues } from '../../support/memory-queues.js';
import { resultOf } from '../../support/builders/results.js';

const KEY = 'a-key-of-sixteen-characters';
const store = new MemoryEventStore();
const failed = ['refused', 'sent', 'no-phone', 'uncertain'];
const waiting = { sampleId: 'tube/1', personId: 'p1', disease: 'covid-19', collectedAt: '2021-08-10T01:00:00Z' };
const doubts = ['onset_at is 367 days before the sample'];
const nothing = async () => [];
const graph = {
  ...{ providerCounts: nothing, heldCases: nothing, operatorCommands: nothing },
  failedNow: async () => [{ reason: 'file', alerts: 383 }],
  failedAlerts: async () => failed,
  heldResults: async () => [{ ...waiting, doubts }],
};
const note = { type: 'CheckedIn', reason: 'it is too long', tries: 3 };
/** One event that the graph left out, and one that both the graph and a reader left out. */
const leftOut = [
  { ...note, id: 'e2', commit: '200', by: 'graph' },
  { ...note, id: 'e2', commit: '200', by: 'open-cases' },
  { ...note, id: 'e1', commit: '100', by: 'graph' },
];
const reason = 'wrong text';
const order = { by: 'Lan', reason };
const actor = { who: 'Lan', as: 'unverified', through: 'api' };

const master = new MasterKey(Buffer.alloc(32, 1));
const sealing = new Sealing(store, master);
let api: RunningApi;
beforeAll(async () => {
  const setAside = async () => leftOut;
  const tools: OperationTools = {
    ...{
      store,
      operations: knownOperatorOrders(store),
      graph,
      setAside,
      providers: ['one', 'two'],
      files: [],
      traceQueue: 'trace',
      workerKey: 'worker',
    },
    contactGraph: async () => ({ problem: null, ...(await asideShown(store, leftOut)) }),
    ...{ queues: new MemoryQueues(), now: Date.now, zone: 'Asia/Ho_Chi_Minh', clock: null },
    clockGuard: new ClockGuard(store, Date.now, 'UTC'),
  };
  const contexts = new Contexts(
    { store, master, sealing, zone: 'UTC' },
    {
      [alertGraph.name]: graph,
      [sampleGraph.name]: graph,
      [operationTools.name]: tools,
      [knownIds.name]: { idsLike: nothing },
    },
  );
  const requests = [...SAMPLE_REQUESTS, ...OPERATION_REQUESTS, ...PROJECTION_REQUESTS, ...ALERTING_REQUESTS];
  api = await startApi(KEY, { modules: [await RequestsModule.with(requests, contexts)] });
});
afterAll(() => api.app.close());

const get = (path: string): Test =>
  request(api.url).get(`/v1/operations/${path}`).set('Authorization', `Bearer ${KEY}`);
const post = (path: string, body: object): Test =>
  request(api.url).post(`/v1/operations/${path}`).set('Authorization', `Bearer ${KEY}`).send(body);
const append = (stream: string, event: DomainEvent) =>
  store.append(anyStream(stream), [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');

/** Reports a result with a date that its profile makes impossible. */
const hold = (sampleId: string, personId: string) =>
  append(streams.sample(sampleId).name, {
    type: 'ResultHeld',
    data: {
      ...resultOf(personId, { sampleId, collectedAt: waiting.collectedAt, onsetAt: '2020-08-08T01:00:00Z' }),
      doubts,
    },
  });

describe('Operators over HTTP', () => {
  it('pause and resume, and change nothing by repeating it', async () => {
    const before = store.all.length;
    expect((await post('alerts/pause', order).expect(200)).body).toMatchObject({ outcome: 'new' });
    expect((await post('alerts/pause', order).expect(200)).body).toMatchObject({ outcome: 'unchanged' });
    expect((await post('alerts/pause', { ...order, provider: 'two' }).expect(200)).body).toMatchObject({
      outcome: 'new',
    });
    expect((await post('alerts/resume', order).expect(200)).body).toMatchObject({ outcome: 'new' });
    expect((await post('alerts/resume', order).expect(200)).body).toMatchObject({ outcome: 'unchanged' });
    const said = store.all.slice(before).filter(({ stream }) => stream === streams.operations.name);
    expect(said.map(({ type, data }) => [type, data])).toEqual([
      ['AlertingPaused', { reason, provider: null }],
      ['AlertingPaused', { reason, provider: 'two' }],
      ['AlertingResumed', { reason, provider: null }],
    ]);
    expect(said[0]?.provenance).toMatchObject({ source: 'api', actor });
  });

  it('see the existing providers', async () => {
    const { body } = await post('alerts/pause', { ...order, provider: 'three' }).expect(422);
    expect(body).toMatchObject({ detail: 'There is no provider three.', fix: 'Give one of these: one, two.' });
  });

  it('must give their name and a reason', async () => {
    const { body } = await post('alerts/pause', { by: ' ', who: 'Lan' }).expect(422);
    expect(body).toMatchObject({
      errors: [
        { field: 'by', reason: 'is empty', fix: expect.stringContaining('the name of the team member') },
        { field: 'reason', reason: 'is missing', fix: expect.stringContaining('Give the reason') },
        { field: 'who', reason: 'is not known', fix: 'Leave who out.' },
      ],
    });
  });

  it('see how many alerts are sent again, and why the others are not', async () => {
    for (const alertId of failed) {
      const data = { alertId, caseId: 'c', personId: alertId, disease: 'covid-19', degree: 1, sequence: 0 };
      await append(streams.alert(alertId).name, { type: 'AlertRequested', data });
      const sent = { alertId, provider: 'one', reference: '1', degree: 1, until: null, cases: [] };
      const reason = alertId as 'refused' | 'no-phone' | 'uncertain';
      if (alertId === 'sent') await append(streams.alert(alertId).name, { type: 'AlertSent', data: sent });
      else {
        const failure = { alertId, reason, detail: '', provider: 'one' };
        await append(streams.alert(alertId).name, { type: 'AlertFailed', data: failure });
      }
    }
    const kept = { 'not failed any more': 1, 'without a phone': 1, uncertain: 1 };
    await post('alerts/replay', order).expect(200, { outcome: 'new', replayed: 1, kept });
    expect(store.all.filter(({ type }) => type === 'AlertReplayed')).toMatchObject([
      { stream: streams.alert('refused').name, data: { alertId: 'refused', reason }, provenance: { actor } },
    ]);
    expect(store.all.filter(({ type }) => type === 'AlertReplayOrdered')).toMatchObject([
      { data: { alerts: 1, failedAs: ['refused', 'undelivered', 'file'], reason }, provenance: { actor } },
    ]);
  });

  it('approve a held case once, and nothing that does not wait', async () => {
    const held = { caseId: 'c', contacts: 9, unlikely: [] };
    await append(streams.brake('c').name, { type: 'AlertsHeld', data: held });
    expect((await post('cases/c/approve', { by: 'Lan' }).expect(200)).body).toMatchObject({ outcome: 'new' });
    const { body } = await post('cases/c/refuse', { by: 'Lan' }).expect(422);
    expect(body).toMatchObject({ detail: 'No alerts of case c wait for approval.' });
  });

  it("see the held results, and release one once, as the laboratory's report", async () => {
    const { body } = await get('held-results').expect(200);
    const shown = { sample_id: 'tube/1', person_id: 'p1', disease: 'covid-19', collected_at: waiting.collectedAt };
    expect(body).toEqual({ items: [{ ...shown, doubts }] });
    await hold('tube/1', 'p1');
    await post('held-results/tube%2F1/release', order).expect(200, { outcome: 'new' });
    expect(store.all.slice(-2)).toMatchObject([
      { type: 'TestResultReported', data: { sampleId: 'tube/1' }, provenance: { source: 'api', laboratory: true } },
      { type: 'HeldResultSettled', data: { sampleId: 'tube/1', outcome: 'released', reason }, provenance: { actor } },
    ]);
    const again = await post('held-results/tube%2F1/release', order).expect(422);
    expect(again.body).toMatchObject({
      detail: 'No such result of tube/1 waits for review.',
      fix: expect.stringContaining('GET /v1/operations/held-results'),
    });
  });

  it('name the person whose result of a tube they refuse if several are held, and do not use numbers as their own names', async () => {
    await hold('pool', 'p1');
    await hold('pool', 'p2');
    const several = await post('held-results/pool/refuse', order).expect(422);
    expect(several.body).toMatchObject({
      detail: 'Several results of pool wait: p1 (covid-19), p2 (covid-19).',
      fix: 'Give its person and its disease.',
    });
    const numbered = await post('held-results/pool/refuse', { ...order, by: '0912345678' }).expect(422);
    expect(numbered.body).toMatchObject({ errors: [{ field: 'by' }] });
    await post('held-results/pool/refuse', { ...order, person_id: 'p2' }).expect(200, { outcome: 'new' });
    expect(store.all.at(-1)).toMatchObject({
      type: 'HeldResultSettled',
      data: { sampleId: 'pool', personId: 'p2', outcome: 'refused' },
    });
  });

  it('accept once that set-aside events stay out, by position or id, and no others', async () => {
    expect(await notAccepted(store, leftOut)).toBe(3);
    const listed = async () => ((await get('alerts').expect(200)).body as Overview).graph;
    const shown = { type: 'CheckedIn', reason: 'it is too long', tries: 3 };
    const [ofGraph, ofReader, other] = [
      { ...shown, id: 'e2', position: '200', by: 'graph' },
      { ...shown, id: 'e2', position: '200', by: 'open-cases' },
      { ...shown, id: 'e1', position: '100', by: 'graph' },
    ];
    const rest = { problem: null, set_aside_events: 3 };
    const open = { accepted: null };
    expect(await listed()).toEqual({
      ...rest,
      set_aside: [ofGraph, ofReader, other].map((each) => ({ ...each, ...open })),
    });
    const unknown = await post('set-aside/accept', { ...order, events: ['100', '300'] }).expect(422);
    expect(unknown.body).toMatchObject({
      detail: 'No event with the position or id 300 is set aside.',
      fix: expect.stringContaining('npx truyvet projections status'),
    });
    expect((await post('set-aside/accept', { ...order, events: ['200'] }).expect(200)).body).toMatchObject({
      outcome: 'new',
    });
    expect(store.all.at(-1)).toMatchObject({
      ...{ stream: streams.setAside.name, type: 'SetAsideAccepted', provenance: { source: 'api', actor } },
      data: { events: ['e2'], reason },
    });
    // It is one event, whichever parts left it out.
    expect(await notAccepted(store, leftOut)).toBe(1);
    const closed = { accepted: order };
    // It stays in the list, after the events that still need attention.
    expect(await listed()).toEqual({
      ...rest,
      set_aside: [
        { ...other, ...open },
        { ...ofGraph, ...closed },
        { ...ofReader, ...closed },
      ],
    });
    expect((await post('set-aside/accept', { ...order, events: ['e2', '200'] }).expect(200)).body).toMatchObject({
      outcome: 'unchanged',
    });
    expect((await post('set-aside/accept', { ...order, events: ['e1', '200'] }).expect(200)).body).toMatchObject({
      outcome: 'new',
    });
    expect(store.all.at(-1)).toMatchObject({ data: { events: ['e1'] } });
    expect(await notAccepted(store, leftOut)).toBe(0);
    const nothing = await post('set-aside/accept', { events: [] }).expect(422);
    expect((nothing.body as { errors: { field: string }[] }).errors.map(({ field }) => field).sort()).toEqual([
      ...['by', 'events', 'reason'],
    ]);
  });

  it('see for each reason of failed alerts why an order to send again leaves them out, if it does', async () => {
    const { body } = await get('alerts').expect(200);
    expect(body).toMatchObject({ failed: { file: 383 } });
    expect((body as Overview).kept_from_replay).toEqual({
      ...{ refused: null, undelivered: null, file: null, uncertain: 'uncertain', bound: 'nothing to say' },
      ...{ 'no-phone': 'without a phone', 'unknown-person': 'without a phone', 'no-sms': 'without a phone' },
    });
  });

  it('can do nothing without the key', async () => {
    expect((await fetch(`${api.url}/v1/operations/alerts/pause`, json(order))).status).toBe(401);
  });
});
