import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { prefixFilter, regexFilter, type Filter } from '../store/filter.js';
import { streamsPb } from './definitions.js';
import { invalidArgument, unknown } from './errors.js';

/** A Read call's options, read once and checked. */
export interface ReadRequest {
  /** A stream's name, or undefined for `$all`. */
  stream: string | undefined;
  /** A revision or position; 'start' and 'end' as said. */
  from: number | 'start' | 'end';
  backwards: boolean;
  /** How many events at most; undefined for a subscription, which never ends. */
  count: number | undefined;
  filter: Filter | undefined;
  /** After how many events of `$all`, wanted or not, a filtered subscription is told where it is. */
  checkpointInterval: number;
  /** A link is sent together with the event that it names. */
  resolveLinks: boolean;
  /** Event ids as two numbers instead of text. */
  structuredIds: boolean;
}

const DEFAULT_WINDOW = 32;
const MOST_PREFIXES = 1_000;
const LONGEST_FILTER = 64 * 1024;

/** Throws a gRPC error when the options are not understood. */
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
  const said = options.getFilter();
  return {
    stream: name,
    from,
    backwards,
    count: counted ? Number(options.getCount()) : undefined,
    filter: name === undefined && said ? filterOf(said) : undefined,
    checkpointInterval: said ? intervalOf(said) : Infinity,
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
  if (expression === undefined) throw invalidArgument('The filter says nothing to look for.');
  const regex = expression.getRegex();
  const prefixes = expression.getPrefixList();
  // Each event that goes by is held against all of it.
  if (prefixes.length > MOST_PREFIXES || prefixes.join('').length + regex.length > LONGEST_FILTER) {
    throw invalidArgument(`A filter has ${MOST_PREFIXES} prefixes and ${LONGEST_FILTER} characters at most.`);
  }
  return regex === '' ? prefixFilter(on, prefixes) : regexFilter(on, regex);
}

function intervalOf(options: ReadReq.Options.FilterOptions): number {
  const window = options.hasCount() ? DEFAULT_WINDOW : options.getMax();
  return Math.max(1, window) * Math.max(1, options.getCheckpointintervalmultiplier());
}
