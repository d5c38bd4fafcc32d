import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import request, { type Test } from 'supertest';
import type { DomainEvent } from '../../../src/domain/events.js';
import { streams } from '../../../src/log/streams.js';
import { OperationsModule } from '../../../src/operations/http/operations.module.js';
import type { OperationTools } from '../../../src/operations/overview.js';
import { json, startApi, type RunningApi } from '../../support/api.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const KEY = 'a-key-of-sixteen-characters';
const store = new MemoryEventStore();
const failed = ['refused', 'sent', 'no-phone', 'uncertain'];
const graph = { failedAlerts: async () => failed };
const order = { by: 'Lan', reason: 'wrong text' };

let api: RunningApi;
beforeAll(async () => {
  const tools = { store, graph, providers: ['one', 'two'] } as unknown as OperationTools;
  api = await startApi(KEY, { modules: [OperationsModule.with(tools)] });
});
afterAll(() => api.app.close());

const post = (path: string, body: object): Test =>
  request(api.url).post(`/v1/operations/${path}`).set('Authorization', `Bearer ${KEY}`).send(body);
const append = (stream: string, event: DomainEvent) =>
  store.append(stream, [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');

describe('Operators by HTTP', () => {
  it('pause and resume, and change nothing by saying it twice', async () => {
    await post('alerts/pause', order).expect(200, { outcome: 'new' });
    await post('alerts/pause', order).expect(200, { outcome: 'unchanged' });
    await post('alerts/pause', { ...order, provider: 'two' }).expect(200, { outcome: 'new' });
    await post('alerts/resume', order).expect(200, { outcome: 'new' });
    await post('alerts/resume', order).expect(200, { outcome: 'unchanged' });
    const said = store.all.filter(({ stream }) => stream === streams.operations);
    expect(said.map(({ type, data }) => [type, data])).toEqual([
      ['AlertingPaused', { ...order, provider: null }],
      ['AlertingPaused', { ...order, provider: 'two' }],
      ['AlertingResumed', { ...order, provider: null }],
    ]);
    expect(said[0]?.provenance).toMatchObject({ source: 'api' });
  });

  it('are told which providers there are', async () => {
    const { body } = await post('alerts/pause', { ...order, provider: 'three' }).expect(422);
    expect(body).toMatchObject({ detail: 'There is no provider three.', fix: 'Name one of these: one, two.' });
  });

  it('have to say who they are, and why', async () => {
    const { body } = await post('alerts/pause', { by: ' ', who: 'Lan' }).expect(422);
    expect(body).toMatchObject({
      errors: [
        { field: 'by', reason: 'is empty', fix: expect.stringContaining('who of the team') },
        { field: 'reason', reason: 'is missing', fix: expect.stringContaining('Say why') },
        { field: 'who', reason: 'is not known', fix: 'Leave who out.' },
      ],
    });
  });

  it('are told how many alerts are told again, and why the others are not', async () => {
    for (const alertId of failed) {
      const data = { alertId, caseId: 'c', personId: alertId, disease: 'covid-19', degree: 1, sequence: 0 };
      await append(streams.alert(alertId), { type: 'AlertRequested', data });
      const sent = { alertId, provider: 'one', reference: '1', degree: 1, until: null, cases: [] };
      const reason = alertId as 'refused' | 'no-phone' | 'uncertain';
      if (alertId === 'sent') await append(streams.alert(alertId), { type: 'AlertSent', data: sent });
      else {
        const failure = { alertId, reason, detail: '', provider: 'one' };
        await append(streams.alert(alertId), { type: 'AlertFailed', data: failure });
      }
    }
    const kept = { 'not failed any more': 1, 'without a phone': 1, uncertain: 1 };
    await post('alerts/replay', order).expect(200, { replayed: 1, kept });
    expect(store.all.filter(({ type }) => type === 'AlertReplayed')).toMatchObject([
      { stream: streams.alert('refused'), data: { alertId: 'refused', ...order } },
    ]);
    expect(store.all.filter(({ type }) => type === 'AlertReplayOrdered')).toMatchObject([
      { data: { alerts: 1, failedAs: ['refused', 'undelivered', 'file'], ...order } },
    ]);
  });

  it('approve a held case once, and nothing that does not wait', async () => {
    const held = { caseId: 'c', contacts: 9, unlikely: [] };
    await append(streams.brake('c'), { type: 'AlertsHeld', data: held });
    await post('cases/c/approve', { by: 'Lan' }).expect(200, { outcome: 'new' });
    const { body } = await post('cases/c/refuse', { by: 'Lan' }).expect(422);
    expect(body).toMatchObject({ detail: 'No alerts of case c wait.' });
  });

  it('can do nothing without the key', async () => {
    expect((await fetch(`${api.url}/v1/operations/alerts/pause`, json(order))).status).toBe(401);
  });
});
