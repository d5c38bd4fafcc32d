import { ANY, NO_STREAM, STREAM_EXISTS, type AppendOptions } from '../format/requests.js';
import { lengthField, varintField } from '../format/wire.js';
import { MAX_APPEND_BYTES, type Outcome } from '../store/outcome.js';

/** Encodes the answers to BatchAppend by hand, because they are on the hot path. */

const EMPTY = Buffer.alloc(0);
const TYPE_URL = 'type.googleapis.com/';
const OK_SUCCESS_NO_STREAM = lengthField(2, EMPTY);

/** google.rpc codes. */
const CODE = {
  unknown: 2,
  deadlineExceeded: 4,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  dataLoss: 15,
};

function status(code: number, message: string, type: string, details: Uint8Array): Buffer {
  const any = [lengthField(1, Buffer.from(TYPE_URL + type)), lengthField(2, details)];
  return lengthField(2, varintField(1, code), lengthField(2, Buffer.from(message)), lengthField(3, ...any));
}

/** @param fields the protobuf field numbers of a revision, NO_STREAM, ANY and STREAM_EXISTS. */
function expectation(expected: number, fields: [number, number, number, number]): Buffer {
  if (expected === NO_STREAM) return lengthField(fields[1], EMPTY);
  if (expected === ANY) return lengthField(fields[2], EMPTY);
  if (expected === STREAM_EXISTS) return lengthField(fields[3], EMPTY);
  return varintField(fields[0], expected);
}

function wrongVersion(expected: number, actual: number): Buffer {
  const current = actual < 0 ? lengthField(2, EMPTY) : varintField(1, actual);
  const details = Buffer.concat([current, expectation(expected, [3, 6, 4, 5])]);
  return status(CODE.alreadyExists, 'WrongExpectedVersion', 'event_store.client.WrongExpectedVersion', details);
}

/** @property denied the caller may not write to that stream. */
type Answer = Outcome | { kind: 'denied' };

function result(outcome: Answer, options: AppendOptions): Buffer {
  switch (outcome.kind) {
    case 'done': {
      const position = lengthField(3, varintField(1, outcome.position), varintField(2, outcome.position));
      return lengthField(3, outcome.revision < 0 ? OK_SUCCESS_NO_STREAM : varintField(1, outcome.revision), position);
    }
    case 'wrong-version':
      return wrongVersion(options.expected, outcome.actual);
    case 'stream-deleted': {
      const identifier = lengthField(1, lengthField(3, options.streamName));
      return status(CODE.failedPrecondition, 'StreamDeleted', 'event_store.client.StreamDeleted', identifier);
    }
    case 'too-large': {
      const limit = varintField(1, MAX_APPEND_BYTES);
      const type = 'event_store.client.MaximumAppendSizeExceeded';
      return status(CODE.resourceExhausted, 'MaximumAppendSizeExceeded', type, limit);
    }
    case 'timed-out':
      return status(CODE.deadlineExceeded, 'Timeout', 'event_store.client.Timeout', EMPTY);
    case 'invalid':
      return status(CODE.unknown, outcome.message, 'event_store.client.Unknown', EMPTY);
    case 'denied':
      return status(CODE.permissionDenied, 'Access Denied', 'event_store.client.AccessDenied', EMPTY);
    case 'failed':
      // The client shows the message only when it does not know the type of the detail.
      return status(CODE.resourceExhausted, outcome.message, 'truyvet.NotWritten', EMPTY);
    case 'damaged':
      return status(CODE.dataLoss, outcome.message, 'truyvet.Damaged', EMPTY);
  }
}

export const batchAppendResponse = (correlation: Buffer, options: AppendOptions, outcome: Answer): Buffer =>
  Buffer.concat([
    lengthField(1, correlation),
    result(outcome, options),
    lengthField(4, lengthField(3, options.streamName)),
    expectation(options.expected, [5, 6, 7, 8]),
  ]);
