import {
  comparePositions,
  type Batch,
  type ChainLink,
  type LogEnd,
  type LogMark,
  type LogStanding,
  type MarkedEvent,
  type Position,
} from './event-store.js';

/** A log that lacks events from which something was derived. */
export interface Replaced {
  standing: Exclude<LogStanding, 'same'>;
  /** The position that the log was known to reach. */
  known: Position;
  /** Where it ends now; undefined when it is empty. */
  end: Position | undefined;
}

/** A sentence for logs and people. @param whose such as "the contact graph was built". */
export function describeReplaced({ standing, known, end }: Replaced, whose: string): string {
  const place = end ? `position ${end.commit}` : 'its start';
  return standing === 'shorter'
    ? `The event log ends at ${place}, before position ${known.commit} up to which ${whose}: an older copy was put back.`
    : `The event log is not the one from which ${whose} up to position ${known.commit}: it was replaced.`;
}

/** Whether a log ends before a position, and so cannot have an event there. */
export const endsBefore = (end: Pick<LogEnd, 'position'> | undefined, position: Position): boolean =>
  end === undefined || comparePositions(end.position, position) < 0;

/** The last event of a batch, even if it cannot be read; undefined for a batch that only reports a position. */
export function lastOf({ events, unreadable = [] }: Pick<Batch, 'events' | 'unreadable'>): MarkedEvent | undefined {
  const last = latest([events.at(-1), unreadable.at(-1)]);
  return last && markedEvent(last);
}

/** The one of these events that is last in the log. */
export function latest<E extends MarkedEvent>(events: readonly (E | undefined)[]): E | undefined {
  return events.reduce((a, b) => (!a || (b && comparePositions(b.position, a.position) > 0) ? b : a), undefined);
}

export const markedEvent = ({ id, stream, revision, position }: MarkedEvent): MarkedEvent => ({
  ...{ id, stream, revision, position },
});

export function writeMark({ event, chain }: LogMark): string {
  const { commit, prepare } = event.position;
  return JSON.stringify({ event: { ...event, position: `${commit}/${prepare}` }, chain });
}

/** Undefined when the text is not a mark, for example one of another version. */
export function readMark(text: string): LogMark | undefined {
  try {
    const { event, chain } = JSON.parse(text) as { event: MarkedEvent & { position: string }; chain?: ChainLink };
    const [commit = '', prepare = ''] = String(event.position).split('/');
    return { event: { ...event, position: { commit: BigInt(commit), prepare: BigInt(prepare) } }, chain };
  } catch {
    return undefined;
  }
}
