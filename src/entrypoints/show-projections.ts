import type { EventType } from '../domain/events.js';
import { passedByAll, PARTITIONS, readGraphState } from '../graph/checkpoints.js';
import { derivedGraph, readGraphMark } from '../graph/graph-mark.js';
import { openGraph } from '../graph/index.js';
import { wipe } from '../graph/maintenance.js';
import { replacedSince } from '../log/log-guard.js';
import { describeReplaced } from '../log/log-mark.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { aliveKey, FACT_PROJECTIONS, openQueues, VISITS } from './parts.js';
import { openRuntime } from './runtime.js';

const TYPES: EventType[] = [...VISITS.types, ...FACT_PROJECTIONS.flatMap((projection) => projection.types)];

/** Prints where each partition of the graph stands against the log. */
export async function showProjections({ json }: { json?: boolean }): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'projections'), ['neo4j']);
  const graph = openGraph(runtime);
  try {
    const state = await readGraphState(graph.driver);
    const caughtUp = !(await runtime.store.isBehind(state && passedByAll(state.passed), TYPES));
    const partitions = PARTITIONS.map((name) => ({ name, commit: state?.passed.get(name)?.commit.toString() ?? null }));
    const derived = derivedGraph(graph.driver, config.now);
    const replaced = await replacedSince(runtime.marked, await derived.known());
    const madeAgain = (await readGraphMark(graph.driver))?.replaced ?? null;
    const log = replaced?.standing ?? 'same';
    const answer = { epoch: state?.epoch ?? null, caughtUp, log, madeAgain, partitions };
    if (json) {
      console.log(JSON.stringify(answer));
      return;
    }
    console.log(caughtUp ? 'The graph has caught up with the log.' : 'The graph is behind the log.');
    if (replaced) console.log(`${describeReplaced(replaced, derived.whose)} A running projector makes it again.`);
    if (madeAgain !== null) console.log(`It was made again because the log was replaced: ${madeAgain}`);
    for (const { name, commit } of partitions) console.log(`  ${name.padEnd(9)} ${commit ?? 'nothing yet'}`);
  } finally {
    await graph.close();
    await runtime.close();
  }
}

/** Empties the graph, with progress. What was derived is derived again; the log and the queues stay as they are. */
export async function rebuildProjections(): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'projections'), ['neo4j', 'redis']);
  const graph = openGraph(runtime);
  const queues = openQueues(runtime);
  try {
    let said = 0;
    await wipe(graph.driver, (removed) => {
      if (removed - said < 500_000) return;
      said = removed;
      console.error(`${removed} nodes and relationships removed`);
    });
    const running = await queues.redis.exists(aliveKey(queues, 'projector'));
    console.log(
      running
        ? 'The graph is empty; the running projector fills it again. See `npx truyvet projections status`.'
        : 'The graph is empty. Start a projector to fill it again: npm start, or npx truyvet projector',
    );
  } finally {
    await queues.close();
    await graph.close();
    await runtime.close();
  }
}
