import type { EventSet } from '../kernel/event.js';
import type { Driver } from 'neo4j-driver';
import { triedAgain } from '../event-log/aside-notes.js';
import type { Batch, EventStore } from '../event-log/event-store.js';
import { storedEvent } from '../event-log/stored-event.js';
import { OutOfStep } from './checkpoints.js';
import { inTransaction, type Tx } from './neo4j.js';
import type { GraphWriter } from './projector.js';
import { deleteSetAside, readSetAside, writeSetAside, type SetAside } from './set-aside.js';

/** Writing failed; one event of the batch may be why, `undefined` where that cannot be told. */
export class WriteFailed extends Error {
  constructor(
    readonly batch: Batch | undefined,
    override readonly cause: unknown,
  ) {
    super('a batch could not be written', { cause });
    this.name = 'WriteFailed';
  }
}

/** Whether graph and log do what is asked of them: then it is an event that fails, and not the graph that is sick. */
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
 * Tries what somebody wants tried again, each event after those that it waits for.
 * @returns whether the graph is to be opened anew: after a failure, what the writer remembers does not hold.
 */
export async function bringInWanted(
  driver: Driver,
  store: EventStore,
  writer: GraphWriter,
  events: EventSet,
  say: (line: string) => void,
): Promise<boolean> {
  // After a crash a part of an event may be there that was not set aside yet; the next batch makes it whole.
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

/** What waits for it is not tried either. */
async function noteFailure(tx: Tx, record: SetAside, error: unknown): Promise<void> {
  await tx.run('MATCH (s:SetAside {key: $key}) SET s.retry = null', { key: record.key });
  await writeSetAside(tx, [triedAgain(record, String((error as Error).message))]);
}

/** Whether anything is to be tried again. */
export async function anyWanted(driver: Driver): Promise<boolean> {
  return (await readSetAside(driver)).some(({ retry }) => retry);
}
