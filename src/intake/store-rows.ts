import { StreamDeleted } from '../event-log/event-store.js';
import type { Means } from '../requests/context.js';
import { RowRefused } from '../requests/refusal.js';
import type { RowKind } from './define-rows.js';
import type { Origin, Outcome, Taken } from './outcome.js';

/** The size of a chunk and the number of simultaneous lanes, for kinds whose rows each read the log. */
export const RECORDS = { chunkRows: 2_000, lanes: 100 };

/**
 * The same for kinds whose rows read the log only if they are about somebody or something known: each row waits for the
 * disk of the log, and the log writes what waits together.
 */
export const REGISTERED = { chunkRows: 8_000, lanes: 250 };

/** Stores a single row. @throws RowRefused when it is refused. */
export async function storeRow<Row>(
  means: Means,
  kind: Pick<RowKind, 'name' | 'store'>,
  row: Row,
  origin: Origin,
): Promise<Taken> {
  const [outcome] = await storeLane(means, kind, [row], origin);
  if (outcome === undefined) throw new Error(`storing ${kind.name} gave no outcome`);
  if (outcome.status === 'refused') throw new RowRefused(outcome.complaints);
  return outcome;
}

/** Stores the rows of one lane in order. All are refused when they are about a person or stream that was erased. */
export async function storeLane<Row>(
  means: Means,
  kind: Pick<RowKind, 'store'>,
  rows: readonly Row[],
  origin: Origin,
): Promise<Outcome[]> {
  try {
    return await kind.store(means, rows, origin);
  } catch (error) {
    if (!(error instanceof StreamDeleted)) throw error;
    const complaint = {
      column: '',
      reason: 'is about a person or thing that was erased',
      fix: 'Remove the row: nothing new is accepted about what was erased.',
    };
    return rows.map(() => ({ status: 'refused', complaints: [complaint] }));
  }
}

/** Makes a function that stores the rows of a lane one after the other. */
export function oneByOne<Row>(store: (means: Means, row: Row, origin: Origin) => Promise<Outcome>) {
  return async (means: Means, rows: readonly Row[], origin: Origin): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    for (const row of rows) outcomes.push(await store(means, row, origin));
    return outcomes;
  };
}

/** The outcome of a row that a decider handled. */
export function outcomeFor({ appended }: { appended: unknown }): Taken {
  return { status: appended === undefined ? 'unchanged' : 'new' };
}
