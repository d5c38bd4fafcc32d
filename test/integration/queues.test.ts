import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Queues } from '../../src/work/queues.js';
import { until } from '../support/providers/until.js';
import { testServices } from '../support/services.js';

const NAME = 'work';
const JOB = { name: 'do', data: { what: 'this' }, opts: { jobId: 'the-job' } };

describe('A job of which a crash of Redis left only a part', () => {
  let opened: Queues[];
  let open: () => Queues;

  beforeEach(async () => {
    const { redisUrl } = await testServices();
    const storeId = randomUUID();
    opened = [];
    open = () => {
      const queues = new Queues(redisUrl, storeId, () => undefined);
      opened.push(queues);
      return queues;
    };
  }, 60_000);
  afterEach(() => Promise.all(opened.map((queues) => queues.close())));

  /**
   * Queues a job, and removes it from its list: the state after a crash that kept only the beginning of the
   * transaction.
   */
  async function lose(queues: Queues): Promise<void> {
    await queues.queue(NAME).addBulk([JOB]);
    expect(await queues.redis.lpop(queues.key(`${NAME}:wait`))).toBe('the-job');
  }
  const done: unknown[] = [];
  const work = (queues: Queues) => queues.worker(NAME, async ({ data }) => void done.push(data));

  it('can be queued again once a worker has started', async () => {
    const before = open();
    await lose(before);
    done.length = 0;
    const queues = open();
    work(queues);
    await queues.queue(NAME).addBulk([JOB]);
    await until(() => (done.length > 0 ? true : undefined));
    expect(done).toEqual([{ what: 'this' }]);
  }, 30_000);

  it('can be queued again once Redis is back', async () => {
    const queues = open();
    await queues.queue(NAME).getJobCounts();
    done.length = 0;
    const worker = work(queues);
    await worker.pause();
    await lose(queues);
    const back = new Promise((ready) => queues.redis.once('ready', ready));
    queues.redis.disconnect(true);
    await back;
    await queues.queue(NAME).addBulk([JOB]);
    void worker.resume();
    await until(() => (done.length > 0 ? true : undefined));
    expect(done).toEqual([{ what: 'this' }]);
  }, 30_000);

  it('is removed, while jobs in progress stay', async () => {
    const before = open();
    await lose(before);
    await before.queue(NAME).add('do', { what: 'later' }, { jobId: 'later', delay: 3_600_000 });
    const queues = open();
    work(queues);
    await queues.queue(NAME).add('do', { what: 'other' }, { jobId: 'other', delay: 3_600_000 });
    expect(await queues.redis.exists(queues.key(`${NAME}:the-job`))).toBe(0);
    const left = await queues.queue(NAME).getJobs(['delayed']);
    expect(left.map(({ id }) => id).sort()).toEqual(['later', 'other']);
  }, 30_000);
});
