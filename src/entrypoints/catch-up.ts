import { setTimeout as delay } from 'node:timers/promises';
import { alertQueues } from '../alert/jobs.js';
import { readProviders } from '../alert/providers/settings.js';
import { REACTED_TYPES } from '../alert/reactions.js';
import { UserError } from '../domain/errors.js';
import type { EventType } from '../domain/events.js';
import { openGraph } from '../graph/index.js';
import type { Position } from '../log/event-store.js';
import { RedisCheckpoints } from '../log/redis-checkpoints.js';
import type { Role } from '../platform/heartbeat.js';
import { TRACE_QUEUE, TRACE_READERS } from '../trace/index.js';
import { aliveKey, FACT_PROJECTIONS, openQueues, VISITS } from './parts.js';
import { requireServices, type Runtime } from './runtime.js';

const LOOK_EVERY = 100;
const SAY_EVERY = 5_000;
/** Milliseconds that a projector or worker may be missing: it may be starting, or starting again. */
const MISSING_FOR = 30_000;

const GRAPH_TYPES: EventType[] = [...VISITS.types, ...FACT_PROJECTIONS.flatMap((projection) => projection.types)];
const READERS: { name: string; types: readonly EventType[] }[] = [
  ...TRACE_READERS,
  { name: 'alerts', types: REACTED_TYPES },
];

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
  await requireServices(runtime.urls, ['neo4j', 'redis']);
  const graph = openGraph(runtime);
  const queues = openQueues(runtime);
  const providers = readProviders(runtime.config.providers).map(({ name }) => name);
  const names = [TRACE_QUEUE, ...alertQueues(providers)];
  const checkpoints = new RedisCheckpoints(queues.redis, (name) => queues.key(name));
  const look = async (): Promise<Look> => {
    stop?.throwIfAborted();
    const waitingFor: string[] = [];
    const stands: (Position | undefined)[] = [];
    const position = await graph.queries.position();
    stands.push(position);
    if (await runtime.store.isBehind(position, GRAPH_TYPES)) waitingFor.push('the contact graph');
    for (const { name, types } of READERS) {
      const checkpoint = await checkpoints.load(name);
      stands.push(checkpoint);
      if (await runtime.store.isBehind(checkpoint, types)) waitingFor.push(`"${name}"`);
    }
    for (const queue of names) {
      const outstanding = await queues.outstanding(queue);
      if (outstanding > 0) waitingFor.push(`${outstanding} jobs of "${queue}"`);
    }
    return { waitingFor, stands: stands.map((each) => `${each?.commit}/${each?.prepare}`).join(' ') };
  };
  try {
    await untilQuiet({ look, missing: () => missingRoles(queues), say });
  } finally {
    await queues.close();
    await graph.close();
  }
}

interface Look {
  /** What is not done yet, in words. */
  waitingFor: string[];
  /** Where every reader of the log stands. */
  stands: string;
}

/**
 * Looks until nothing is waited for. The looks at the readers and at the queues take their time, and a job that ends
 * between them may have appended what the readers have yet to take. So everything is quiet only when a second look
 * finds the readers where the first one found them: then nothing was appended, and no job began, between the two.
 * @throws UserError when nobody is there to do what is waited for.
 */
export async function untilQuiet({
  look,
  missing,
  say,
  missingFor = MISSING_FOR,
}: {
  look: () => Promise<Look>;
  missing: () => Promise<Role[]>;
  say: (line: string) => void;
  /** Milliseconds. */
  missingFor?: number;
}): Promise<void> {
  let quietAt: string | undefined;
  let saidAt = Date.now();
  let presentAt = Date.now();
  for (;;) {
    const { waitingFor, stands } = await look();
    if (waitingFor.length === 0) {
      if (quietAt === stands) return;
      quietAt = stands;
      continue;
    }
    quietAt = undefined;
    const roles = await missing();
    if (roles.length === 0) presentAt = Date.now();
    if (Date.now() - presentAt > missingFor) {
      throw new UserError(
        `Nothing is at work that would catch up: no ${roles.join(' and no ')} is running.`,
        'Start everything with `npm start`, or these alone with `npx truyvet projector` and `npx truyvet worker`.',
      );
    }
    if (Date.now() - saidAt > SAY_EVERY) {
      saidAt = Date.now();
      say(`Waiting for ${waitingFor.join(', ')}${roles.length > 0 ? ` (no ${roles.join(', no ')} running)` : ''}`);
    }
    await delay(LOOK_EVERY);
  }
}

async function missingRoles(queues: ReturnType<typeof openQueues>): Promise<Role[]> {
  const roles: Role[] = ['projector', 'worker'];
  const beats = await queues.redis.mget(roles.map((role) => aliveKey(queues, role)));
  return roles.filter((_, i) => beats[i] === null);
}
