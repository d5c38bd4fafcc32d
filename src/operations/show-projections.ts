import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../kernel/errors.js';
import { passedByAll, PARTITIONS, readGraphState } from '../contact-graph/checkpoints.js';
import { GraphNotReady } from '../contact-graph/gate.js';
import { derivedGraph, readGraphMark } from '../contact-graph/graph-mark.js';
import { openGraph } from '../contact-graph/index.js';
import { askForRetry, readSetAside, type SetAside } from '../contact-graph/set-aside.js';
import { acceptSetAside, withAccepted } from './accepting.js';
import { accepting, readOrder } from './fields.js';
import { setAsideNow } from './open.js';
import { asOptions } from '../cli/options.js';
import { replacedSince } from '../event-log/log-guard.js';
import { describeReplaced } from '../event-log/log-mark.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { FOR_PEOPLE } from '../entrypoints/for-people.js';
import { graphTypes } from '../entrypoints/graph-types.js';
import { aliveKey, openQueues } from '../work/open-queues.js';
import { askReadersForRetry, leftOutByReaders, type LeftOutByReader } from '../entrypoints/readers-aside.js';
import { openRuntime } from '../entrypoints/runtime.js';
import { aloneOf, rebuildAll, rebuildOne } from './rebuild-projections.js';
import {
  describedAside,
  describedMadeAgain,
  describedProjections,
  describedReaders,
  shownProjections,
} from './tell-projections.js';

/** Prints where each partition of the graph stands against the log. */
export async function showProjections({ json }: { json?: boolean }): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'projections'), ['neo4j', 'redis']);
  const graph = openGraph(runtime, { patience: 0 });
  const queues = openQueues(runtime);
  try {
    const state = await readGraphState(graph.driver).catch((error: unknown) => {
      if (error instanceof GraphNotReady) return undefined;
      throw error;
    });
    const partitions = PARTITIONS.map((name) => ({ name, commit: state?.passed.get(name)?.commit.toString() ?? null }));
    const derived = derivedGraph(graph.driver, config.now);
    const replaced = state && (await replacedSince(runtime.marked, await derived.known()));
    // Of another log the graph tells nothing, wherever it stands.
    const { events } = await graphTypes();
    const caughtUp = !replaced && !(await runtime.store.isBehind(state && passedByAll(state.passed), events.types));
    const madeAgain = (state && (await readGraphMark(graph.driver))?.replaced) ?? null;
    const log = replaced?.standing ?? 'same';
    const filling = state?.filling ?? true;
    const setAside = state ? await readSetAside(graph.driver) : [];
    const readers = await leftOutByReaders(queues);
    const projections = state ? shownProjections(state) : [];
    const answer = {
      ...{ epoch: state?.epoch ?? null, caughtUp, filling, log, madeAgain, partitions, projections },
      setAside: await withAccepted(runtime.store, setAside),
      readers: await withAccepted(runtime.store, readers),
    };
    if (json) {
      console.log(JSON.stringify(answer));
      return;
    }
    if (replaced) console.log(`${describeReplaced(replaced, derived.whose)} A running projector makes it again.`);
    else console.log(caughtUp ? 'The graph has caught up with the log.' : 'The graph is behind the log.');
    if (madeAgain !== null) console.log(describedMadeAgain(madeAgain, config.zone));
    if (!state)
      console.log('It is empty, or being prepared: a projector fills it (npm start, or npx truyvet projector).');
    else if (filling) console.log('It is being filled: questions are answered once it holds all that the log does.');
    for (const { name, commit } of partitions) console.log(`  ${name.padEnd(9)} ${commit ?? 'nothing yet'}`);
    for (const line of describedProjections(projections)) console.log(line);
    for (const line of describedAside(answer.setAside, config.zone)) console.log(line);
    for (const line of describedReaders(answer.readers, config.zone)) console.log(line);
  } finally {
    await queues.close();
    await graph.close();
    await runtime.close();
  }
}

const RETRY_PATIENCE = 60_000;

/** Has events that were set aside tried again by the running projector, and says what became of them. */
export async function retryProjections({ position, json }: { position?: string; json?: boolean }): Promise<void> {
  if (position !== undefined && !/^\d{1,19}$/.test(position)) {
    throw new UserError(
      `--position is "${position}", not a position of the log.`,
      'Take one of: npx truyvet projections status',
    );
  }
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'projections'), ['neo4j', 'redis']);
  const graph = openGraph(runtime, FOR_PEOPLE);
  const queues = openQueues(runtime);
  try {
    const commit = position === undefined ? undefined : BigInt(position);
    const asked = await askForRetry(graph.driver, commit);
    const askedReaders = await askReadersForRetry(queues, commit);
    if (asked > 0 && (await queues.redis.exists(aliveKey(queues, 'projector'))) === 0) {
      throw new UserError(
        `No projector is running that would try ${asked === 1 ? 'it' : `these ${asked} events`} again.`,
        'Start one, which does it at once: npm start, or npx truyvet projector',
      );
    }
    if (askedReaders > 0 && (await queues.redis.exists(aliveKey(queues, 'worker'))) === 0) {
      throw new UserError(
        `No worker is running that would try ${askedReaders === 1 ? 'it' : `these ${askedReaders} events`} again.`,
        'Start one, which does it at once: npm start, or npx truyvet worker',
      );
    }
    let left: SetAside[];
    let readers: LeftOutByReader[];
    for (const until = Date.now() + RETRY_PATIENCE; ; await delay(200)) {
      left = await readSetAside(graph.driver);
      readers = await leftOutByReaders(queues);
      if (![...left, ...readers].some(({ retry }) => retry) || Date.now() > until) break;
    }
    const answer = {
      ...{ asked, setAside: await withAccepted(runtime.store, left) },
      ...{ askedReaders, readers: await withAccepted(runtime.store, readers) },
    };
    if (json) return console.log(JSON.stringify(answer));
    if (asked + askedReaders === 0) console.log('Nothing is set aside there.');
    if (asked > 0) console.log(`${asked} ${asked === 1 ? 'event was' : 'events were'} to be tried again.`);
    if (asked > 0 && left.length === 0) console.log('All are in the graph now.');
    if (askedReaders > 0) {
      console.log(`${askedReaders} ${askedReaders === 1 ? 'event was' : 'events were'} to be tried again by workers.`);
      if (readers.length === 0) console.log('All are handled now.');
    }
    for (const line of describedAside(answer.setAside, config.zone)) console.log(line);
    for (const line of describedReaders(answer.readers, config.zone)) console.log(line);
  } finally {
    await queues.close();
    await graph.close();
    await runtime.close();
  }
}

/** Says of events that are set aside that they stay out. */
export async function acceptProjections(
  events: string[],
  { json, ...order }: { by: string; reason: string; json?: boolean },
): Promise<void> {
  const given = await asOptions(() => readOrder(accepting, { ...order, events }));
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'projections'), ['neo4j', 'redis']);
  const graph = openGraph(runtime, FOR_PEOPLE);
  const queues = openQueues(runtime);
  try {
    const leftOut = await setAsideNow(graph, queues);
    const accepted = await acceptSetAside(runtime.store, leftOut, given, { source: 'cli' });
    if (json) return console.log(JSON.stringify({ outcome: accepted > 0 ? 'new' : 'unchanged', accepted }));
    if (accepted === 0) return console.log('Nothing changed: that was accepted already.');
    console.log(
      `${accepted} ${accepted === 1 ? 'event is' : 'events are'} accepted as left out. Answers that may miss what they say still say so.`,
    );
  } finally {
    await queues.close();
    await graph.close();
    await runtime.close();
  }
}

/**
 * Has the graph made again: one projection beside the rest, or all of it, which is emptied first, with progress. What was
 * derived is derived again; the log and the queues stay as they are.
 * @param name of a projection; all when left out.
 * @throws UserError when there is no such projection, or it cannot be made alone.
 */
export async function rebuildProjections(name?: string): Promise<void> {
  const family = name === undefined ? undefined : aloneOf(name, (await graphTypes()).facts);
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'projections'), ['neo4j', 'redis']);
  const graph = openGraph(runtime, family ? FOR_PEOPLE : {});
  const queues = openQueues(runtime);
  try {
    const isRunning = async () => (await queues.redis.exists(aliveKey(queues, 'projector'))) === 1;
    console.log(family ? await rebuildOne(graph, family, isRunning) : await rebuildAll(graph, isRunning));
  } finally {
    await queues.close();
    await graph.close();
    await runtime.close();
  }
}
