import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { prefixFilter, regexFilter, type Filter } from '../store/filter.js';
import { streamsPb } from './definitions.js';
import { invalidArgument, unknown } from './errors.js';

/** The options of a Read call, decoded and checked. */
export interface ReadRequest {
  /** The name of the stream, or undefined for `$all`. */
  stream: string | undefined;
  /** A revision or position, or one end of the stream. */
  from: number | 'start' | 'end';
  backwards: boolean;
  /** The largest number of events; undefined for a subscription, which never ends. */
  count: number | undefined;
  filter: Filter | undefined;
  /** A filtered subscription gets a checkpoint after this many events of `$all`, matching or not. */
  checkpointInterval: number;
  /** Send a link together with the event that it names. */
  resolveLinks: boolean;
  /** Send event ids as two numbers instead of text. */
  structuredIds: boolean;
}

const DEFAULT_WINDOW = 32;
const MOST_PREFIXES = 1_000;
const LONGEST_FILTER = 64 * 1024;

/** Decodes the options of a Read call. Throws a gRPC error when it does not understand them. */
export function readRequestOf(request: ReadReq): ReadRequest {
  const options = request.getOptions();
  if (options === undefined) throw invalidArgument('The read has no options.');
  const { StreamOptionCase, CountOptionCase, ReadDirection } = streamsPb.ReadReq.Options;
  const stream = options.getStreamOptionCase() === StreamOptionCase.STREAM ? options.getStream() : undefined;
  const all = options.getAll();
  if (stream === undefined && all === undefined) throw invalidArgument('The read names neither a stream nor $all.');
  const name = stream && Buffer.from(stream.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  const counted = options.getCountOptionCase() === CountOptionCase.COUNT;
  const backwards = options.getReadDirection() === ReadDirection.BACKWARDS;
  const from = stream ? revisionOf(stream) : positionOf(all!);
  if (name === '') throw unknown('A stream needs a name.');
  if (name !== undefined && counted && !backwards && from === 'end') {
    throw unknown('A stream cannot be read forwards from its end.');
  }
  const filterOptions = options.getFilter();
  return {
    stream: name,
    from,
    backwards,
    count: counted ? Number(options.getCount()) : undefined,
    filter: name === undefined && filterOptions ? filterOf(filterOptions) : undefined,
    checkpointInterval: filterOptions ? intervalOf(filterOptions) : Infinity,
    resolveLinks: options.getResolveLinks(),
    structuredIds: options.getUuidOption()?.hasStructured() ?? false,
  };
}

function revisionOf(options: ReadReq.Options.StreamOptions): ReadRequest['from'] {
  if (options.hasStart()) return 'start';
  if (options.hasEnd()) return 'end';
  return Number(options.getRevision());
}

function positionOf(options: ReadReq.Options.AllOptions): ReadRequest['from'] {
  if (options.hasStart()) return 'start';
  if (options.hasEnd()) return 'end';
  return Number(options.getPosition()?.getCommitPosition() ?? 0);
}

function filterOf(options: ReadReq.Options.FilterOptions): Filter {
  const on = options.hasStreamIdentifier() ? 'stream' : 'type';
  const expression = options.getStreamIdentifier() ?? options.getEventType();
  if (expression === undefined) throw invalidArgument('The filter has no expression.');
  const regex = expression.getRegex();
  const prefixes = expression.getPrefixList();
  // The filter is matched with each event that is read, so its size is limited.
  if (prefixes.length > MOST_PREFIXES || prefixes.join('').length + regex.length > LONGEST_FILTER) {
    throw invalidArgument(`A filter has ${MOST_PREFIXES} prefixes and ${LONGEST_FILTER} characters at most.`);
  }
  return regex === '' ? prefixFilter(on, prefixes) : regexFilter(on, regex);
}

function intervalOf(options: ReadReq.Options.FilterOptions): number {
  const window = options.hasCount() ? DEFAULT_WINDOW : options.getMax();
  return Math.max(1, window) * Math.max(1, options.getCheckpointintervalmultiplier());
}
