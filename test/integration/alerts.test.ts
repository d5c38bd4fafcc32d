import { streams } from '../support/events.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLAN_QUEUE, SEND_QUEUE } from '../../src/alerting/jobs.js';
import { queueOf } from '../../src/delivery/message-jobs.js';
import { Outbox } from '@truyvet/message-gateway/outbox';
import { alertIdOf } from '../../src/alerting/ids.js';
import { RedisCheckpoints } from '../../src/event-log/redis-checkpoints.js';
import { RealAlerting } from '../support/real-alerting.js';
import { routeOf } from '../support/routes.js';

async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  for (const start = Date.now(); !(await holds()); await new Promise((done) => setTimeout(done, 50))) {
    if (Date.now() - start > ms) throw new Error(`In ${ms} ms it did not happen: ${what}.`);
  }
}

describe('alerting on a real Redis and event log', () => {
  let real: RealAlerting;
  let due: string[];

  beforeEach(async () => {
    real = await RealAlerting.open();
    due = [];
  }, 60_000);

  afterEach(() => real.close(), 60_000);

  /** One worker process, with the outbox file that all processes share. */
  const worker = (sweepEvery?: number) =>
    real.worker([routeOf(new Outbox(real.installation.dataDir))], {
      alertsDue: (after = '', limit) => Promise.resolve(due.filter((id) => id > after).slice(0, limit)),
      ...(sweepEvery !== undefined && { sweepEvery }),
    });

  const sent = (): string[] =>
    readFileSync(join(real.installation.dataDir, 'outbox.ndjson'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { alertId: string }).alertId);

  it('informs everyone once with two workers at a time, and takes back what no longer applies', async () => {
    const people = Array.from({ length: 120 }, (_, i) => `p${i}`);
    for (const [i, personId] of people.entries())
      await real.register(personId, `+849000${String(i % 100).padStart(5, '0')}`);
    const one = worker();
    worker();
    await real.trace('case-1', people);
    await until('a hundred phones are told', () => sent().length >= 100);
    await real.trace('case-1', [], ['p1', 'p2', 'p102', 'p50']);
    await until('two phones are told again', () => sent().length >= 102);
    await until('nothing is left to do', async () => (await one.queues.outstanding(SEND_QUEUE)) === 0);
    expect(new Set(sent()).size).toBe(102);
    expect(sent().filter((id) => id.endsWith('-withdrawal'))).toHaveLength(2);
    expect(await one.registry.metrics()).toMatch(/truyvet_alerts_sent_total\{provider="outbox"\} \d+/);
  }, 120_000);

  it('loses and duplicates no alert when Redis is killed in the middle', async () => {
    const people = Array.from({ length: 400 }, (_, i) => `p${i}`);
    for (const [i, personId] of people.entries()) await real.register(personId, `+849000${String(i).padStart(5, '0')}`);
    worker();
    await real.trace('case-1', people);
    await until('some are told', () => sent().length >= 40);
    await real.installation.kill('redis');
    await real.installation.up();
    // Jobs that were in progress return when their locks have expired.
    await until('all are told', () => sent().length >= people.length, 150_000);
    expect(new Set(sent()).size).toBe(people.length);
    expect(sent()).toHaveLength(people.length);
  }, 240_000);

  it('reminds each phone once of what is due on the next day, with two workers that look all the time', async () => {
    const people = Array.from({ length: 60 }, (_, i) => `p${i}`);
    for (const [i, personId] of people.entries()) await real.register(personId, `+849000${String(i).padStart(5, '0')}`);
    const first = worker();
    await real.trace('case-1', people);
    await until('all are told', () => sent().length === people.length);
    await first.close();
    let looks = 0;
    let done = false;
    const reminding = () =>
      real.worker([routeOf(new Outbox(real.installation.dataDir))], {
        reminders: {
          remindersDue: async () => {
            looks++;
            return {
              alertIds: done ? [] : people.map((personId) => alertIdOf('case-1', personId, 0)),
              last: undefined,
            };
          },
          tasksToRemindOf: async (pairs) =>
            pairs.map(({ personId }) => ({ id: `task of ${personId}`, kind: 'test' as const, personId })),
        },
        now: () => Date.now() + 86_400_000,
        sweepEvery: 20,
      });
    const { registry, queues } = reminding();
    reminding();
    await until('all are reminded', () => sent().length >= 2 * people.length);
    const before = looks;
    await until('it is looked again', () => looks > before + 4);
    // From now on the graph shows nothing as due: while it does, every sweep creates jobs.
    done = true;
    await until('nothing is left to do', async () => (await queues.outstanding(queueOf('outbox'))) === 0);
    expect(sent()).toHaveLength(2 * people.length);
    expect(new Set(sent()).size).toBe(2 * people.length);
    expect(await registry.metrics()).toMatch(/truyvet_reminders_total\{provider="outbox",outcome="sent"\} \d+/);
  }, 120_000);

  it('finds in the log what still has to be sent after the queues have lost it', async () => {
    await real.register('an', '+84900000001');
    const stopped = worker();
    await real.trace('case-1', ['an']);
    await until('An is told', () => sent().length === 1);
    await stopped.close();

    // An alert that no job and no reader knows: its event is before the checkpoint.
    const alertId = alertIdOf('case-1', 'binh', 0);
    await real.register('binh', '+84900000002');
    await real.trace('case-1', ['binh']);
    const rest = { caseId: 'case-1', personId: 'binh', disease: 'covid-19', degree: 1 as const, sequence: 0 };
    const event = { type: 'AlertRequested' as const, data: { alertId, ...rest } };
    const { position } = await real.append(streams.alert(alertId).name, event);
    const queues = real.queues();
    const checkpoints = new RedisCheckpoints(queues.redis, (name) => queues.key(name));
    await checkpoints.load('alerts');
    await checkpoints.save('alerts', position);
    const next = worker(100);
    await until('the worker runs', async () => (await next.queues.outstanding(PLAN_QUEUE)) === 0);
    expect(sent()).toHaveLength(1);
    due = [alertId];
    await until('Binh is told', () => sent().length === 2);
    expect(sent()).toContain(alertId);
  }, 120_000);

  it('lets jobs in progress end when it is closed', async () => {
    const people = Array.from({ length: 60 }, (_, i) => `p${i}`);
    for (const [i, personId] of people.entries()) await real.register(personId, `+849000${String(i).padStart(5, '0')}`);
    const first = worker();
    await real.trace('case-1', people);
    await until('some are told', () => sent().length >= 5);
    await first.close();
    const before = sent().length;
    worker();
    await until('all are told', () => sent().length >= people.length);
    expect(before).toBeLessThanOrEqual(people.length);
    expect(new Set(sent()).size).toBe(people.length);
    expect(sent()).toHaveLength(people.length);
  }, 120_000);
});
