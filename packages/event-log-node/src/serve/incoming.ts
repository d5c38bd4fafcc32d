import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { EventEmitter } from 'node:events';
import { StreamsService } from './definitions.js';
import { exhausted, timedOut } from './errors.js';
import type { Unfinished } from './unfinished.js';

/** Bytes. The client reads events up to this size, so nothing larger may be appended. */
export const LARGEST_MESSAGE = 17 * 1024 * 1024;
/** Bytes of requests that name streams and filters, and of requests with almost no content. */
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

/** Internals of a grpc-js call: the decoder that assembles messages from the bytes of the connection. */
interface Decoder {
  maxReadMessageLength: number;
  readMessageSize: number;
  readMessageRemaining: number;
  readPartialMessage: Buffer[];
  write(data: Buffer): Buffer[];
}

/**
 * Limits the memory of incomplete messages: by method, since gossip is answered without credentials, by connection,
 * and in total. grpc-js has only one limit for every message of a server, and none for all of them together. This
 * depends on internals of the pinned grpc-js, as `FrameBundle` does; tests fail at once when they change.
 */
export function boundIncoming(
  call: Pick<ServerInterceptingCallInterface, 'sendStatus' | 'getPeer'>,
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
    } else timer ??= setTimeout(() => call.sendStatus(timedOut('A message was not finished.')), wholeWithin).unref();
    return fits;
  };
  const write = decoder.write.bind(decoder);
  let refused = false;
  decoder.write = (data) => {
    // Ignores what still arrives for a call that was already answered.
    if (refused) return [];
    const messages = write(data);
    // The next message has its own time limit.
    if (messages.length > 0) hold(0);
    const partial = decoder.readMessageRemaining > 0 ? decoder.readMessageSize - decoder.readMessageRemaining : 0;
    if (hold(partial)) return messages;
    refused = true;
    hold(0);
    decoder.readPartialMessage = [];
    call.sendStatus(exhausted('Unfinished messages take too much memory.'));
    return [];
  };
  stream.once('close', () => hold(0));
}

/** @throws Error where the inside of grpc-js is another one. */
function insideOf(call: object): { decoder: Decoder; stream: EventEmitter } {
  const decoder: unknown = Reflect.get(call, 'decoder');
  const stream: unknown = Reflect.get(call, 'stream');
  if (!isDecoder(decoder) || !(stream instanceof EventEmitter)) {
    throw new Error('This version of @grpc/grpc-js keeps calls differently: incoming data cannot be limited.');
  }
  return { decoder, stream };
}

function isDecoder(value: unknown): value is Decoder {
  return (
    typeof value === 'object' && value !== null && 'maxReadMessageLength' in value && 'readPartialMessage' in value
  );
}
