import { setTimeout as delay } from 'node:timers/promises';
import { comparePositions, type LogMark, type MarkedEvent, type MarkedLog, type Position } from './event-store.js';
import { describeReplaced, endsBefore, type Replaced } from './log-mark.js';

/** Something that was derived from the log, and keeps by its side what it was derived from. */
export interface Derived {
  /** As in "The event log ends before position 5 up to which the contact graph was made". */
  whose: string;
  /** `passed` is what was derived up to, `given` the last events that its readers had, where these are known. */
  known(): Promise<{ mark: LogMark | undefined; passed?: Position | undefined; given?: readonly MarkedEvent[] }>;
  keep(mark: LogMark): Promise<void>;
  /** Throws away what was derived, so that it is derived again from the log that is there now. */
  makeAgain(replaced: Replaced): Promise<void>;
}

export interface LogGuardOptions {
  store: MarkedLog;
  derived: readonly Derived[];
  /** Told in a sentence when the log turns out to be another. */
  say: (text: string, replaced: Replaced) => void;
  onError: (error: unknown) => void;
  signal: AbortSignal;
  /** Milliseconds between two looks. */
  every?: number;
}

const EVERY = 2_000;

/**
 * Compares the log with what was derived from it, at once and from then on every few seconds: an older copy that was
 * put back, or another log, would otherwise be followed from a place that it does not have, and what comes in below
 * that place would never reach anybody.
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
        // The log or what was derived is away: looked at again when it is back.
        if (!signal.aborted) onError(error);
      }
    }
    await delay(every, undefined, { signal }).catch(() => undefined);
  }
}

async function lookAt(store: MarkedLog, derived: Derived, say: LogGuardOptions['say']): Promise<void> {
  // Taken before the look: a log that is replaced meanwhile is then found by it, and not marked as known.
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

/** Undefined while the log holds all that something was derived from. */
export async function replacedSince(
  store: MarkedLog,
  { mark, passed, given = [] }: Awaited<ReturnType<Derived['known']>>,
): Promise<Replaced | undefined> {
  // The mark is of the end of the log, a moment ago; readers have been given events since. Each of these is looked at: a
  // reader may have been given events of another log already, by which the others would not be missed.
  for (const each of [...(mark ? [mark] : []), ...given.map((event) => ({ event }))]) {
    const standing = await store.standing(each);
    if (standing !== 'same') return { standing, known: each.event.position, end: (await store.end())?.position };
  }
  // The mark may be a moment older than what was derived, or not be there, as after a version that kept none.
  if (passed === undefined) return undefined;
  const end = await store.end();
  if (!endsBefore(end, passed)) return undefined;
  // Only a log with a chain ends with an event for certain.
  const hasChain = (mark ?? (await store.mark()))?.chain !== undefined;
  return hasChain ? { standing: 'shorter', known: passed, end: end?.position } : undefined;
}

const isSameMark = (a: LogMark, b: LogMark | undefined): boolean =>
  b !== undefined &&
  a.chain?.number === b.chain?.number &&
  a.event.id === b.event.id &&
  comparePositions(a.event.position, b.event.position) === 0;
