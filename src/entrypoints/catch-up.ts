import { setTimeout as delay } from 'node:timers/promises';
import { PLAN_QUEUE, SEND_QUEUE } from '../alert/jobs.js';
import { REACTED_TYPES } from '../alert/reactions.js';
import { UserError } from '../domain/errors.js';
import type { EventType } from '../domain/events.js';
import { openGraph } from '../graph/index.js';
import { RedisCheckpoints } from '../log/redis-checkpoints.js';
import type { Role } from '../platform/heartbeat.js';
import { TRACE_QUEUE, TRACE_READERS } from '../trace/index.js';
import { aliveKey, FACT_PROJECTIONS, openQueues, VISITS } from './parts.js';
import type { Runtime } from './runtime.js';

const LOOK_EVERY = 100;
const SAY_EVERY = 5_000;
/** Milliseconds that a projector or worker may be missing: it may be starting, or starting again. */
const MISSING_FOR = 30_000;

const GRAPH_TYPES: EventType[] = [...VISITS.types, ...FACT_PROJECTIONS.flatMap((projection) => projection.types)];
const READERS: { name: string; types: readonly EventType[] }[] = [
  ...TRACE_READERS,
  { name: 'alerts', types: REACTED_TYPES },
];
const QUEUES = [TRACE_QUEUE, PLAN_QUEUE, SEND_QUEUE];

/**
 * Waits until the graph, the traces and the alerts have caught up with the log: every reader has passed its last event
 * that concerns it, no job is waiting or under way, and nothing was appended meanwhile.
 * @throws UserError when no projector or no worker is there to do it; the reason of `stop` once that is aborted.
 */
export async function waitUntilCaughtUp(
  runtime: Runtime,
  say: (line: string) => void,
  stop?: AbortSignal,
): Promise<void> {
  const graph = openGraph(runtime);
  const queues = openQueues(runtime);
  const checkpoints = new RedisCheckpoints(queues.redis, (name) => queues.key(name));
  let quiet = false;
  let saidAt = Date.now();
  let presentAt = Date.now();
  try {
    for (;;) {
      stop?.throwIfAborted();
      const waitingFor: string[] = [];
      const position = await graph.queries.position();
      if (await runtime.store.isBehind(position, GRAPH_TYPES)) waitingFor.push('the contact graph');
      for (const { name, types } of READERS) {
        if (await runtime.store.isBehind(await checkpoints.load(name), types)) waitingFor.push(`"${name}"`);
      }
      for (const queue of QUEUES) {
        const outstanding = await queues.outstanding(queue);
        if (outstanding > 0) waitingFor.push(`${outstanding} jobs of "${queue}"`);
      }
      if (waitingFor.length === 0) {
        // Quiet twice: a reader may have handed over a job, or a job appended, between the two looks of the first time.
        if (quiet) return;
        quiet = true;
        continue;
      }
      quiet = false;
      const missing = await missingRoles(queues);
      if (missing.length === 0) presentAt = Date.now();
      if (Date.now() - presentAt > MISSING_FOR) {
        throw new UserError(
          `Nothing is at work that would catch up: no ${missing.join(' and no ')} is running.`,
          'Start everything with `npm start`, or these alone with `npx truyvet projector` and `npx truyvet worker`.',
        );
      }
      if (Date.now() - saidAt > SAY_EVERY) {
        saidAt = Date.now();
        say(
          `Waiting for ${waitingFor.join(', ')}${missing.length > 0 ? ` (no ${missing.join(', no ')} running)` : ''}`,
        );
      }
      await delay(LOOK_EVERY);
    }
  } finally {
    await queues.close();
    await graph.close();
  }
}

async function missingRoles(queues: ReturnType<typeof openQueues>): Promise<Role[]> {
  const roles: Role[] = ['projector', 'worker'];
  const beats = await queues.redis.mget(roles.map((role) => aliveKey(queues, role)));
  return roles.filter((_, i) => beats[i] === null);
}
