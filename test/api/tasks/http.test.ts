import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request, { type Test } from 'supertest';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { Sealing } from '../../../src/event-log/sealing.js';
import { RequestsModule } from '../../../src/http/bind.js';
import { Contexts } from '../../../src/requests/context.js';
import { TASK_REQUESTS } from '../../../src/tasks/requests.js';
import { taskGraph, type TaskGraph } from '../../../src/tasks/task-graph.js';
import { json, startApi, type RunningApi } from '../../support/api.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const KEY = 'a-key-of-sixteen-characters';
const store = new MemoryEventStore();
const task = (id: string) =>
  Promise.resolve(id === 'a-task' ? { id, kind: 'test' as const, caseId: 'c', personId: 'Em' } : undefined);

let api: RunningApi;
beforeAll(async () => {
  const master = new MasterKey(Buffer.alloc(32, 1));
  const sealing = new Sealing(store, master);
  const graph: Pick<TaskGraph, 'task' | 'idsLike'> = { task, idsLike: () => Promise.resolve([]) };
  const contexts = new Contexts({ store, master, sealing, zone: 'UTC' }, { [taskGraph.name]: graph });
  api = await startApi(KEY, { modules: [await RequestsModule.with(TASK_REQUESTS, contexts)] });
});
afterAll(() => api.app.close());

const post = (path: string, body: object): Test =>
  request(api.url).post(`/v1/tasks/${path}`).set('Authorization', `Bearer ${KEY}`).send(body);
const closed = { outcome: 'tested', by: 'Lan', note: 'ask aunt Hoa' };

describe('A task over HTTP', () => {
  it('is closed once, and the same request changes nothing the second time', async () => {
    await post('a-task/close', closed).expect(200, { outcome: 'new' });
    await post('a-task/close', closed).expect(200, { outcome: 'unchanged' });
    expect(store.all.filter(({ type }) => type === 'TaskClosed')).toMatchObject([
      {
        stream: 'task-a-task',
        data: { personId: 'Em', outcome: 'tested' },
        provenance: { actor: { who: 'Lan', through: 'api' } },
      },
    ]);
  });

  it('that was closed differently is a problem that names who did it, until the task is reopened', async () => {
    const { body } = await post('a-task/close', { outcome: 'refused', by: 'Minh' }).expect(422);
    expect(body).toMatchObject({
      detail: expect.stringContaining('tested, by Lan'),
      fix: expect.stringContaining('reopen'),
    });
    await post('a-task/reopen', { by: 'Minh', reason: 'it was another' }).expect(200, { outcome: 'new' });
    await post('a-task/close', { outcome: 'refused', by: 'Minh' }).expect(200, { outcome: 'new' });
  });

  it('with wrong fields is a problem that names each field, with what to do', async () => {
    const { body, type } = await post('a-task/close', { outcome: 'gone', who: 'Lan', note: '' }).expect(422);
    expect(type).toBe('application/problem+json');
    expect(body).toMatchObject({
      errors: [
        { field: 'outcome', reason: expect.stringContaining('is none of'), fix: expect.stringContaining('not-found') },
        { field: 'by', reason: 'is missing', fix: expect.stringContaining('the name of the team member') },
        { field: 'note', reason: 'is empty', fix: expect.any(String) },
        { field: 'who', reason: 'is not known', fix: 'Leave who out.' },
      ],
    });
  });

  it('that the body names too, perhaps differently from the path, is refused', async () => {
    const { body } = await post('a-task/close', { ...closed, task_id: 'another' }).expect(422);
    expect(body).toMatchObject({ errors: [{ field: 'task_id', reason: 'is already in the path' }] });
  });

  it('shows what was done about it, with its notes, and refuses an unknown parameter', async () => {
    const shown = await request(api.url).get('/v1/tasks/a-task').set('Authorization', `Bearer ${KEY}`).expect(200);
    expect((shown.body as unknown[])[0]).toMatchObject({ by: 'Lan', outcome: 'tested', note: 'ask aunt Hoa' });
    const more = await request(api.url).get('/v1/tasks/a-task?all=true').set('Authorization', `Bearer ${KEY}`);
    expect(more.body).toMatchObject({ status: 422, errors: [{ field: 'all', reason: 'is not known' }] });
  });

  it('that does not exist is answered with 404, and with where to look', async () => {
    const { body } = await post('another/close', closed).expect(404);
    expect(body).toMatchObject({
      type: 'urn:truyvet:problem:not-known',
      detail: 'There is no task another.',
      fix: expect.stringContaining('truyvet tasks'),
    });
  });

  it('cannot be closed without the key', async () => {
    expect((await fetch(`${api.url}/v1/tasks/a-task/close`, json(closed))).status).toBe(401);
  });

  it('leaves no word of its note in the log file', () => {
    expect(api.lines.join('\n')).not.toContain('Hoa');
  });
});
