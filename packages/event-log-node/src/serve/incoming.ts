import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { EventEmitter } from 'node:events';
import { StreamsService } from './definitions.js';
import { exhausted, timedOut } from './errors.js';
import type { Unfinished } from './unfinished.js';

/** The client reads events up to this size, so nothing larger may be sent here. */
export const LARGEST_MESSAGE = 17 * 1024 * 1024;
/** Of what names streams and filters, and of what says next to nothing. */
const LARGEST_QUESTION = 256 * 1024;
const LARGEST_OF_OTHERS = 4 * 1024;
/** Milliseconds from the first byte of a message to its last. */
const WHOLE_WITHIN = 30_000;

const LARGEST = new Map<string, number>([
  [StreamsService.append.path, LARGEST_MESSAGE],
  [StreamsService.batchAppend.path, LARGEST_MESSAGE],
  [StreamsService.read.path, LARGEST_QUESTION],
  [StreamsService.delete.path, LARGEST_QUESTION],
  [StreamsService.tombstone.path, LARGEST_QUESTION],
]);

/** The inside of grpc-js's call: what puts messages together from what comes over the connection. */
interface Decoder {
  maxReadMessageLength: number;
  readMessageSize: number;
  readMessageRemaining: number;
  readPartialMessage: Buffer[];
  write(data: Buffer): Buffer[];
}

/**
 * Bounds what is held of messages that are not whole yet: by method, since gossip is answered before anybody has named
 * a user, by connection, and in all. grpc-js has one bound for every message of a server, and none for all of them. This
 * leans on the inside of the pinned grpc-js, as the bundles of frames do: tests fail at once should that change.
 */
export function boundIncoming(
  call: ServerInterceptingCallInterface,
  path: string,
  unfinished: Unfinished,
  wholeWithin = WHOLE_WITHIN,
): void {
  const { decoder, stream } = insideOf(call);
  decoder.maxReadMessageLength = LARGEST.get(path) ?? LARGEST_OF_OTHERS;
  const memory = unfinished.open(call, undefined, LARGEST_MESSAGE);
  let held = 0;
  let timer: NodeJS.Timeout | undefined;
  const hold = (bytes: number): boolean => {
    const fits = bytes <= held || memory.take(bytes - held);
    if (fits && bytes < held) memory.release(held - bytes);
    if (fits) held = bytes;
    if (held === 0 || !fits) {
      clearTimeout(timer);
      timer = undefined;
    } else
      timer ??= setTimeout(() => call.sendStatus(timedOut('A message was begun and not ended.')), wholeWithin).unref();
    return fits;
  };
  const write = decoder.write.bind(decoder);
  let refused = false;
  decoder.write = (data) => {
    // What still comes of a call that was answered passes.
    if (refused) return [];
    const messages = write(data);
    // Another one was begun: it has its own time.
    if (messages.length > 0) hold(0);
    const partial = decoder.readMessageRemaining > 0 ? decoder.readMessageSize - decoder.readMessageRemaining : 0;
    if (hold(partial)) return messages;
    refused = true;
    hold(0);
    decoder.readPartialMessage = [];
    call.sendStatus(exhausted('Too much is held of messages that have begun and not ended.'));
    return [];
  };
  stream.once('close', () => hold(0));
}

/** @throws Error where the inside of grpc-js is another one. */
function insideOf(call: ServerInterceptingCallInterface): { decoder: Decoder; stream: EventEmitter } {
  const decoder: unknown = Reflect.get(call, 'decoder');
  const stream: unknown = Reflect.get(call, 'stream');
  if (!isDecoder(decoder) || !(stream instanceof EventEmitter)) {
    throw new Error('This version of @grpc/grpc-js keeps calls otherwise: what comes in cannot be bounded.');
  }
  return { decoder, stream };
}

function isDecoder(value: unknown): value is Decoder {
  return (
    typeof value === 'object' && value !== null && 'maxReadMessageLength' in value && 'readPartialMessage' in value
  );
}
