import { setTimeout as delay } from 'node:timers/promises';
import { comparePositions, type LogMark, type MarkedEvent, type MarkedLog, type Position } from './event-store.js';
import { describeReplaced, endsBefore, type Replaced } from './log-mark.js';

/** Data that was derived from the log and keeps a mark of that log. */
export interface Derived {
  /** Part of a sentence such as "The event log ends before position 5 up to which the contact graph was built". */
  whose: string;
  /** The stored mark. `passed` is how far the log was read, `given` the last events of its readers, if known. */
  known(): Promise<{ mark: LogMark | undefined; passed?: Position | undefined; given?: readonly MarkedEvent[] }>;
  keep(mark: LogMark): Promise<void>;
  /** Drops the derived data, so that it is derived again from the current log. */
  makeAgain(replaced: Replaced): Promise<void>;
}

export interface LogGuardOptions {
  store: MarkedLog;
  derived: readonly Derived[];
  /** Called with a sentence when the log was replaced. */
  say: (text: string, replaced: Replaced) => void;
  onError: (error: unknown) => void;
  signal: AbortSignal;
  /** The interval between two checks, in milliseconds. */
  every?: number;
}

const EVERY = 2_000;

/**
 * Compares the log with the data derived from it, at once and then every few seconds. Otherwise readers would follow a
 * restored older copy, or another log, from a position that it does not have, and would never see new events before
 * that position.
 */
export async function guardLog({
  store,
  derived,
  say,
  onError,
  signal,
  every = EVERY,
}: LogGuardOptions): Promise<void> {
  while (!signal.aborted) {
    for (const each of derived) {
      try {
        await lookAt(store, each, say);
      } catch (error) {
        // The log or the derived data is unavailable: it is checked again later.
        if (!signal.aborted) onError(error);
      }
    }
    await delay(every, undefined, { signal }).catch(() => undefined);
  }
}

async function lookAt(store: MarkedLog, derived: Derived, say: LogGuardOptions['say']): Promise<void> {
  // Taken before the check, so that a log that is replaced in between is found and not marked as known.
  const now = await store.mark();
  const known = await derived.known();
  const replaced = await replacedSince(store, known);
  if (replaced !== undefined) {
    say(describeReplaced(replaced, derived.whose), replaced);
    await derived.makeAgain(replaced);
    return;
  }
  if (now !== undefined && !isSameMark(now, known.mark)) await derived.keep(now);
}

/** How the log was replaced; undefined while it has everything that the data was derived from. */
export async function replacedSince(
  store: MarkedLog,
  { mark, passed, given = [] }: Awaited<ReturnType<Derived['known']>>,
): Promise<Replaced | undefined> {
  // The mark was the end of the log a moment ago; readers have received events since. Each of these is checked: one
  // reader may already have events of another log, and comparing only those would not show what is missing for the
  // other readers.
  for (const each of [...(mark ? [mark] : []), ...given.map((event) => ({ event }))]) {
    const standing = await store.standing(each);
    if (standing !== 'same') return { standing, known: each.event.position, end: (await store.end())?.position };
  }
  // The mark may be slightly older than the derived data, or absent after a version that did not keep one.
  if (passed === undefined) return undefined;
  const end = await store.end();
  if (!endsBefore(end, passed)) return undefined;
  // Only a log with a chain is certain to end with an event.
  const hasChain = (mark ?? (await store.mark()))?.chain !== undefined;
  return hasChain ? { standing: 'shorter', known: passed, end: end?.position } : undefined;
}

const isSameMark = (a: LogMark, b: LogMark | undefined): boolean =>
  b !== undefined &&
  a.chain?.number === b.chain?.number &&
  a.event.id === b.event.id &&
  comparePositions(a.event.position, b.event.position) === 0;
