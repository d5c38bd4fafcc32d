import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** The states of jobs that still have to run. */
const AT_WORK = new Set(['waiting', 'active', 'delayed', 'prioritized', 'waiting-children']);
const PAGE = 1_000;

/**
 * Removes the remains of jobs that are in no list, or are listed as finished although finished jobs are not kept. A
 * Redis whose journal was cut off in the middle of a transaction may apply only a part of it at its next start: a job
 * is then removed from one list and added to none. Its id stays known, so that the same work could never be queued
 * again.
 * @param prefix the key prefix of all queues.
 * @returns how many jobs were removed.
 */
export async function removeLostJobs(redis: Redis, prefix: string, queue: Queue): Promise<number> {
  const start = `${prefix}:${queue.name}:`;
  let removed = 0;
  for await (const keys of redis.scanStream({ match: `${start}*`, type: 'hash', count: PAGE })) {
    const ids = (keys as string[])
      .map((key) => key.slice(start.length))
      .filter((id) => id !== 'meta' && !id.includes(':'));
    const states = await Promise.all(ids.map((id) => queue.getJobState(id)));
    for (const [i, id] of ids.entries()) {
      const state = states[i] ?? 'unknown';
      if (AT_WORK.has(state)) continue;
      if (state === 'unknown') await redis.del(`${start}${id}`, `${start}${id}:lock`);
      else await queue.remove(id);
      removed++;
    }
  }
  return removed;
}
