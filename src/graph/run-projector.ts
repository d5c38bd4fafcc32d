import type { Driver } from 'neo4j-driver';
import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventType } from '../domain/events.js';
import { comparePositions, type EventStore, type Position } from '../log/event-store.js';
import { unlessStopped } from '../platform/stopping.js';
import { troubleLog } from '../platform/troubles.js';
import { OutOfStep, passedByAll, readGraphState } from './checkpoints.js';
import { migrate } from './migrations.js';
import type { FactProjection, VisitProjection } from './projection.js';
import { GraphWriter } from './projector.js';

export interface ProjectorOptions {
  driver: Driver;
  store: EventStore;
  storeId: string;
  visits: VisitProjection;
  facts: readonly FactProjection[];
  logger: Logger;
  signal: AbortSignal;
  /** Told after every batch. */
  onBatch?: (events: number, position: Position) => void;
  /** Milliseconds without a step of the other projector after which this one takes over. */
  takeOverAfter?: number;
}

/** A batch is as large as the graph writes fastest, and waits for more events no longer than a person would notice. */
const MAX_EVENTS = 20_000;
const MAX_WAIT = 40;
const TAKE_OVER_AFTER = 3_000;
const LONGEST_PAUSE = 5_000;

/**
 * Keeps the graph up with the log until the signal aborts. Of several projectors one works: the others find their
 * checkpoints moved, and stand by until these stand still.
 */
export async function runProjector(options: ProjectorOptions): Promise<void> {
  const { driver, store, storeId, visits, facts, logger, signal, onBatch } = options;
  const types: EventType[] = [...visits.types, ...facts.flatMap((projection) => projection.types)];
  const trouble = troubleLog(logger);
  let pause = 200;
  while (!signal.aborted) {
    const attempt = new AbortController();
    const stop = AbortSignal.any([signal, attempt.signal]);
    try {
      // Nothing of these two is lost when they are left: the driver's close ends their transactions.
      await unlessStopped(migrate(driver), stop, 0);
      const writer = await unlessStopped(GraphWriter.open(driver, store, storeId, visits, facts), stop, 0);
      logger.debug({ passed: writer.passed?.commit.toString() }, 'projecting');
      const batches = store.follow({
        after: writer.passed,
        types,
        maxEvents: MAX_EVENTS,
        maxWait: MAX_WAIT,
        signal: stop,
        onError: (error) => trouble('the log was lost while projecting; subscribing again', error),
      });
      for await (const batch of batches) {
        await writer.write(batch);
        // A full batch is followed by another at once: only then is it worth leaving this one under way.
        if (batch.events.length < MAX_EVENTS) await writer.settle();
        pause = 200;
        onBatch?.(batch.events.length, batch.position);
      }
      await writer.settle();
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof OutOfStep) {
        logger.info('another projector is at work; standing by');
        await standBy(driver, options.takeOverAfter ?? TAKE_OVER_AFTER, signal, (error) =>
          trouble('the graph was lost while standing by; waiting on', error),
        );
      } else {
        trouble('projecting failed; starting again from the checkpoint', error);
        await delay(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    } finally {
      attempt.abort();
    }
  }
}

/** Waits until no checkpoint has moved for a while, however often the graph is away meanwhile. */
async function standBy(
  driver: Driver,
  takeOverAfter: number,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  // Two that gave way to each other must not come back at the same moment.
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
