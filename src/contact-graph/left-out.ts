import type { EventSet } from '../kernel/event.js';
import type { Driver } from './driver.js';
import { triedAgain } from '../event-log/aside-notes.js';
import type { Batch, EventStore } from '../event-log/event-store.js';
import { storedEvent } from '../event-log/stored-event.js';
import { OutOfStep } from './checkpoints.js';
import { inTransaction, type Tx } from './neo4j.js';
import type { GraphWriter } from './projector.js';
import { deleteSetAside, readSetAside, writeSetAside, type SetAside } from './set-aside.js';

/** Writing failed, perhaps because of an event of `batch`; `batch` is undefined if several batches were under way. */
export class WriteFailed extends Error {
  constructor(
    readonly batch: Batch | undefined,
    override readonly cause: unknown,
  ) {
    super('a batch could not be written', { cause });
    this.name = 'WriteFailed';
  }
}

/** Whether graph and log respond: then a failure to write is due to an event, not to the database. */
export async function databaseResponds(driver: Driver, store: EventStore, types: readonly string[]): Promise<boolean> {
  try {
    await inTransaction(driver, 'write', (tx) =>
      tx.run("MATCH (g:Graph {name: 'contact'}) SET g.numbering = true RETURN g.epoch"),
    );
    await store.isBehind(undefined, types);
    return true;
  } catch {
    return false;
  }
}

/**
 * Retries the events that somebody wants retried, each after those that it waits for.
 * @returns whether the graph has to be reopened, since after a failure the writer's state is not valid.
 */
export async function bringInWanted(
  driver: Driver,
  store: EventStore,
  writer: GraphWriter,
  events: EventSet,
  say: (line: string) => void,
): Promise<boolean> {
  // After a crash, an event may be written in part only, until the next batch completes it.
  if (!writer.even) return false;
  for (const record of writer.aside.filter(({ retry }) => retry)) {
    try {
      const event = await storedEvent(store, events, record);
      if (event) await writer.bringIn(event);
      else await inTransaction(driver, 'write', (tx) => deleteSetAside(tx, record.id));
      say(`${record.type} at ${record.commit} is in the graph now`);
      if (!event) return true;
    } catch (error) {
      if (error instanceof OutOfStep) throw error;
      await inTransaction(driver, 'write', (tx) => noteFailure(tx, record, error));
      say(`${record.type} at ${record.commit} stays set aside: ${(error as Error).message}`);
      return true;
    }
  }
  return false;
}

/** Records the failure, and cancels the retry of the events that wait for this one. */
async function noteFailure(tx: Tx, record: SetAside, error: unknown): Promise<void> {
  await tx.run('MATCH (s:SetAside {key: $key}) SET s.retry = null', { key: record.key });
  await writeSetAside(tx, [triedAgain(record, String((error as Error).message))]);
}

/** Whether an event is to be retried. */
export async function anyWanted(driver: Driver): Promise<boolean> {
  return (await readSetAside(driver)).some(({ retry }) => retry);
}
