import { frameData, frameRecorded, frameType } from '../format/event-frame.js';
import { lengthField, varintField } from '../format/wire.js';
import { firstReadable, isYoungEnough } from '../store/limits.js';
import type { FoundEvent } from '../store/stored-events.js';
import type { Store } from '../store/store.js';

/** The type of a link: an event that stands for another one, which its data names as `REVISION@STREAM`. */
const LINK_TYPE = Buffer.from('$>');
/** What a real server accepts as a revision: a whole number, with blanks around it or not. */
const NUMBER = /^\s*[+-]?\d{1,19}\s*$/;

/**
 * The message for a link: the event that it names, when that can be read, and the link itself. A link to a link is
 * not followed further.
 * @param position of the link in the log.
 * @returns undefined for an event that is not a link or names no revision; it is sent as it is.
 * @throws DamagedLog
 */
export function resolvedLink(store: Store, bytes: Buffer, at: number, position: number): Uint8Array | undefined {
  if (!frameType(bytes, at).equals(LINK_TYPE)) return undefined;
  const name = frameData(bytes, at).toString('utf8');
  const separator = name.includes('@') ? name.indexOf('@') : name.length;
  const revision = name.slice(0, separator);
  if (!NUMBER.test(revision)) return undefined;
  const target = namedEvent(store, name.slice(separator + 1), Number(revision));
  const recorded = target ? lengthField(1, frameRecorded(target.bytes, target.at)) : NOTHING;
  const link = lengthField(2, frameRecorded(bytes, at));
  // The position of the link, because the link is what is in the stream, or in `$all`, that is being read.
  return lengthField(1, recorded, link, varintField(3, position));
}

const NOTHING = Buffer.alloc(0);

/** The event, unless it is erased, hidden by its stream's limits, or does not exist. */
function namedEvent(store: Store, stream: string, wanted: number): FoundEvent | undefined {
  const head = store.index.head(stream);
  if (head === undefined || store.isTombstoned(stream)) return undefined;
  // As in a read of one event, -1 is the last.
  const revision = wanted === -1 ? head.last : wanted;
  if (revision > head.last || revision < firstReadable(head.limits, head.last)) return undefined;
  const found = store.stored.find(head.no, revision);
  return found && isYoungEnough(head.limits, found.createdMs, store.now()) ? found : undefined;
}
