import type { EventSet } from '../kernel/event.js';
import type { Driver } from './driver.js';
import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { comparePositions, LogReplaced, type Batch, type EventStore, type Position } from '../event-log/event-store.js';
import { unlessStopped } from '../platform/stopping.js';
import { isOutage, outageLogger } from '../platform/outages.js';
import { buildBeside } from './building.js';
import { OutOfStep, passedByAll, readGraphState } from './checkpoints.js';
import { migrate } from './migrations.js';
import { type FactProjection, type VisitProjection, eventsInto } from './projection.js';
import { GraphWriter } from './projector.js';
import { Isolation } from '../event-log/isolation.js';
import { anyWanted, bringInWanted, databaseResponds, WriteFailed } from './left-out.js';
import { Standstill } from './standstill.js';

export interface ProjectorOptions {
  driver: Driver;
  store: EventStore;
  storeId: string;
  visits: VisitProjection;
  facts: readonly FactProjection[];
  logger: Logger;
  signal: AbortSignal;
  /** Called after every batch. */
  onBatch?: (events: number, position: Position) => void;
  /** Milliseconds without progress of the other projector after which this one takes over. */
  takeOverAfter?: number;
  /** The most events in one batch of a projection that is built beside the rest. */
  builtAtOnce?: number;
  /** Milliseconds without progress after which it reports what it waits for. */
  standsStillAfter?: number;
}

/** The batch size that the graph writes fastest; a batch waits for more events too briefly for a person to notice. */
const MAX_EVENTS = 20_000;
const MAX_WAIT = 40;
const TAKE_OVER_AFTER = 3_000;
const LONGEST_PAUSE = 5_000;
/** Milliseconds between checks whether the graph was emptied, which an idle projector cannot notice otherwise. */
const LOOK_EVERY = 500;

/**
 * Keeps the graph up to date with the log until the signal aborts. Of several projectors only one works: the others
 * find their checkpoints moved, and stand by until the checkpoints stop moving.
 */
export async function runProjector(options: ProjectorOptions): Promise<void> {
  const { driver, logger, signal } = options;
  const trouble = outageLogger(logger);
  const standstill = new Standstill(driver, (line) => logger.warn(line), options.standsStillAfter);
  const looks = setInterval(() => void standstill.look(), LOOK_EVERY);
  const isolation = new Isolation(MAX_EVENTS);
  /** The event to set aside once the graph is open again. */
  let poisoned: Parameters<GraphWriter['setAside']> | undefined;
  let pause = 200;
  const onWork = () => (pause = 200);
  try {
    while (!signal.aborted) {
      const attempt = new AbortController();
      const stop = AbortSignal.any([signal, attempt.signal]);
      let epoch: string | undefined;
      try {
        standstill.at('for the graph to be migrated');
        // These two can be abandoned without loss: closing the driver ends their transactions.
        await unlessStopped(migrate(driver), stop, 0);
        standstill.at('for the graph to be opened');
        const writer = await unlessStopped(open(options), stop, 0);
        ({ epoch } = writer);
        if (poisoned) await leaveOut(options, writer, poisoned);
        poisoned = undefined;
        if (await bringInWanted(driver, options.store, writer, eventsOf(options), (line) => logger.warn(line)))
          continue;
        standstill.at(undefined);
        logger.debug({ passed: writer.passed?.commit.toString() }, 'projecting');
        void watch(options, writer, stop, () => attempt.abort());
        await whileBuilding(
          options,
          writer,
          { attempt, trouble },
          project(options, writer, { stop, standstill, trouble, onWork, isolation }).catch(async (error: unknown) => {
            // The next attempt must not meet batches that are still being committed.
            if (error instanceof LogReplaced) await writer.settle();
            throw error;
          }),
        );
        if (signal.aborted) return;
      } catch (error) {
        if (signal.aborted) return;
        standstill.at(undefined);
        if (error instanceof OutOfStep && (await isAnother(driver, epoch))) {
          logger.info('another projector is at work; standing by');
          await standBy(driver, options.takeOverAfter ?? TAKE_OVER_AFTER, signal, (error) =>
            trouble('lost the graph while standing by; waiting for it', error),
          );
        } else if (!(error instanceof OutOfStep)) {
          const cause = error instanceof WriteFailed ? error.cause : error;
          trouble('projecting failed; starting again from the checkpoint', cause);
          if (
            error instanceof WriteFailed &&
            (await databaseResponds(driver, options.store, eventsOf(options).types))
          ) {
            const found = isolation.failed(error.batch?.events, isOutage(cause));
            if (found) poisoned = [found.event, String((cause as Error).message), found.tries, error.batch?.unreadable];
            if (isolation.isolating) pause = 100;
          }
          await delay(pause, undefined, { signal }).catch(() => undefined);
          pause = Math.min(pause * 2, LONGEST_PAUSE);
        }
      } finally {
        attempt.abort();
      }
    }
  } finally {
    clearInterval(looks);
  }
}

function open({ driver, store, storeId, visits, facts }: ProjectorOptions): Promise<GraphWriter> {
  return GraphWriter.open(driver, store, storeId, visits, facts, { filling: true });
}

interface Running {
  stop: AbortSignal;
  standstill: Standstill;
  trouble: ReturnType<typeof outageLogger>;
  onWork: () => void;
  isolation: Isolation;
}

async function leaveOut(
  { logger }: ProjectorOptions,
  writer: GraphWriter,
  [event, reason, tries, unreadable]: Parameters<GraphWriter['setAside']>,
): Promise<void> {
  // Another projector may have written the event.
  if (writer.passed && comparePositions(event.position, writer.passed) <= 0) return;
  await writer.setAside(event, reason, tries, unreadable);
  logger.error(
    { type: event.type, commit: event.position.commit.toString(), reason },
    'an event was set aside, since it failed repeatedly: see npx truyvet projections status',
  );
}

/** Builds projections beside the rest while projecting goes on; the end or failure of either one ends the other. */
async function whileBuilding(
  { driver, store, logger, signal, builtAtOnce }: ProjectorOptions,
  writer: GraphWriter,
  { attempt, trouble }: { attempt: AbortController; trouble: ReturnType<typeof outageLogger> },
  projecting: Promise<void>,
): Promise<void> {
  let failure: unknown;
  const building = buildBeside({
    ...{ driver, store, writer, signal: AbortSignal.any([signal, attempt.signal]) },
    ...(builtAtOnce !== undefined && { maxEvents: builtAtOnce }),
    say: (line) => logger.info(line),
    onError: (error) => trouble('building a projection failed; continuing from its checkpoint', error),
  }).catch((error: unknown) => {
    failure = error;
    attempt.abort();
  });
  try {
    await projecting;
  } finally {
    attempt.abort();
    // The build can be abandoned without loss: closing the driver ends its transactions.
    await unlessStopped(building, signal).catch(() => undefined);
  }
  if (failure !== undefined) throw failure as Error;
}

/** Writes the log's existing and future events, until it is stopped. */
async function project(options: ProjectorOptions, writer: GraphWriter, running: Running): Promise<void> {
  const { stop, standstill, trouble, onWork, isolation } = running;
  while (!stop.aborted) {
    const { most } = isolation;
    const batches = options.store.follow({
      ...{ after: writer.passed, given: writer.given },
      events: eventsOf(options),
      unknown: true,
      maxEvents: most,
      maxWait: MAX_WAIT,
      signal: stop,
      onError: (error) => trouble('lost the log while projecting; subscribing again', error),
    });
    for await (const batch of batches) {
      standstill.at(`to write ${batch.events.length} events up to ${batch.position.commit}`);
      await write(writer, batch);
      if (!writer.busy) standstill.at(undefined);
      sayUnreadable(options, batch);
      onWork();
      isolation.passed();
      options.onBatch?.(batch.events.length, batch.position);
      if (writer.filling && isYoungerThan(batch, writer)) {
        await writer.settle();
        await writer.filled();
      }
      if (isolation.most !== most) break;
    }
  }
  await writer.settle();
}

function sayUnreadable({ logger }: ProjectorOptions, { unreadable = [] }: Batch): void {
  for (const { type, position, reason } of unreadable) {
    logger.error(
      { type, commit: position.commit.toString(), reason },
      'an event was set aside, since it cannot be read: see npx truyvet projections status',
    );
  }
}

async function write(writer: GraphWriter, batch: Batch): Promise<void> {
  const alone = !writer.busy;
  try {
    await writer.write(batch);
    // Another batch follows a full one at once: only then is it worth not waiting for the commit.
    if (batch.events.length < MAX_EVENTS) await writer.settle();
  } catch (error) {
    if (error instanceof OutOfStep) throw error;
    throw new WriteFailed(alone ? batch : undefined, error);
  }
}

function eventsOf({ visits, facts }: ProjectorOptions): EventSet {
  return eventsInto(visits, facts);
}

/** Whether the last event was recorded after the graph was opened: then all events before that have been passed. */
function isYoungerThan({ events }: Batch, writer: GraphWriter): boolean {
  const last = events.at(-1);
  return last !== undefined && last.recordedAt.getTime() > writer.openedAt;
}

/**
 * Watches for another graph in place of this one or for events to retry, and calls `onOther` then. Also marks the graph
 * as filled once it has caught up with the log.
 */
async function watch(
  options: ProjectorOptions,
  writer: GraphWriter,
  stop: AbortSignal,
  onOther: () => void,
): Promise<void> {
  const { driver, store, logger } = options;
  const { types } = eventsOf(options);
  while (!stop.aborted) {
    try {
      const state = await readGraphState(driver);
      if (stop.aborted) return;
      if (state?.epoch !== writer.epoch) {
        logger.info('the graph was emptied; filling it again');
        return onOther();
      }
      if (writer.aside.length > 0 && (await anyWanted(driver))) return onOther();
      if (writer.filling && !(await store.isBehind(passedByAll(state.passed), types))) await writer.filled();
    } catch {
      // The writer gets the error itself, and an unreachable database comes back.
    }
    await delay(LOOK_EVERY, undefined, { signal: stop }).catch(() => undefined);
  }
}

/**
 * Whether another projector works on the graph. If not, the graph was emptied since it was opened, and must be filled.
 */
async function isAnother(driver: Driver, epoch: string | undefined): Promise<boolean> {
  if (epoch === undefined) return true;
  const state = await readGraphState(driver).catch(() => undefined);
  return state?.epoch === epoch;
}

/** Waits until no checkpoint has moved for a while, even if the graph is unreachable at times. */
async function standBy(
  driver: Driver,
  takeOverAfter: number,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  // Two projectors that gave way to each other must not come back at the same moment.
  const patience = takeOverAfter * (0.5 + Math.random());
  let last: Position | undefined;
  for (;;) {
    await delay(patience, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const state = await unlessStopped(readGraphState(driver), signal, 0);
      const now = state && passedByAll(state.passed);
      if (last && now && comparePositions(now, last) === 0) return;
      if (!now) return;
      last = now;
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
    }
  }
}
