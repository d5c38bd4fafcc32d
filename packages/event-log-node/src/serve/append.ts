import type { ServerDuplexStream, ServerReadableStream, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import type { AppendResp, DeleteResp, TombstoneResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ProposedEvent } from '../format/event-frame.js';
import type { AppendOptions, AppendPart, BatchAppendPart } from '../format/requests.js';
import { NO_STREAM } from '../format/requests.js';
import { MAX_APPEND_BYTES, eventBytes, type Outcome } from '../store/outcome.js';
import type { Store } from '../store/store.js';
import type { Callers } from './guard.js';
import { batchAppendResponse } from './append-responses.js';
import { streamsPb, sharedPb } from './definitions.js';
import {
  accessDenied,
  appendTooLarge,
  exhausted,
  dataLoss,
  invalidArgument,
  streamDeleted,
  timedOut,
  unavailable,
  unknown,
  wrongVersion,
} from './errors.js';
import { FrameBundle, messageBundle } from './frame-bundle.js';
import type { HeldBytes, Unfinished } from './unfinished.js';

/**
 * With more bytes than this waiting to be written, the node reads no further from its callers until there are fewer.
 */
const MOST_WAITING = 32 * 1024 * 1024;
const MOST_UNANSWERED = 20_000;
/** Unfinished appends of a call, including refused ones that are still arriving. */
const MOST_UNFINISHED = 1_000;
/** Bytes. A UUID is far shorter in any spelling. */
const LONGEST_CORRELATION = 128;
const UNFINISHED_TOO_LONG = 'An unfinished append sent nothing for too long.';
const TOO_MUCH = 'Unfinished appends take too much memory. Finish them, or append less at once.';

interface Gathering {
  options: AppendOptions;
  events: ProposedEvent[];
  bytes: number;
  /** Bytes that this append keeps in memory: its messages as they came. */
  held: number;
}

type BatchCall = ServerDuplexStream<BatchAppendPart, FrameBundle>;

/** BatchAppend: many appends on one call. The correlation id tells them apart, and each is answered once. */
export class BatchAppender {
  private readonly gathering = new Map<string, Gathering | 'refused'>();
  private answers = new FrameBundle();
  private scheduled = false;
  private unanswered = 0;
  private ended = false;
  private readonly memory: HeldBytes;

  constructor(
    private readonly store: Store,
    private readonly callers: Pick<Callers, 'mayWrite'>,
    unfinished: Unfinished,
    private readonly call: BatchCall,
  ) {
    this.memory = unfinished.open(call, () => this.fail(timedOut(UNFINISHED_TOO_LONG)));
    call.on('cancelled', () => this.forget());
    call.on('close', () => this.forget());
    call.on('data', (part: BatchAppendPart) => this.take(part));
    call.on('end', () => {
      this.ended = true;
      this.forget();
      this.endWhenAnswered();
    });
    call.on('drain', () => this.resume());
  }

  /** Drops unfinished appends, because nothing more of them will arrive. */
  private forget(): void {
    this.gathering.clear();
    this.memory.release();
  }

  private fail(error: ReturnType<typeof unknown>): void {
    this.forget();
    this.call.emit('error', error);
  }

  private take(part: BatchAppendPart): void {
    if (part.correlation.length > LONGEST_CORRELATION) {
      this.fail(invalidArgument('A correlation id is not a UUID.'));
      return;
    }
    const key = part.isFinal && part.options ? '' : part.correlation.toString('latin1');
    const before = key === '' ? undefined : this.gathering.get(key);
    if (before === 'refused') {
      if (part.isFinal) this.gathering.delete(key);
      return;
    }
    const options = part.options ?? before?.options;
    if (options === undefined) {
      this.fail(invalidArgument('An append began without its options.'));
      return;
    }
    if (before === undefined && !part.isFinal && this.gathering.size >= MOST_UNFINISHED) {
      this.fail(exhausted(TOO_MUCH));
      return;
    }
    const gathered: Gathering = before ?? { options, events: [], bytes: 0, held: 0 };
    for (const event of part.events) gathered.bytes += eventBytes(event);
    gathered.events = gathered.events.length === 0 ? part.events : gathered.events.concat(part.events);
    if (part.isFinal) {
      this.gathering.delete(key);
      this.memory.release(gathered.held);
      this.write(part.correlation, gathered);
    } else if (gathered.bytes > MAX_APPEND_BYTES) this.refuse(key, part.correlation, gathered, { kind: 'too-large' });
    else if (!this.memory.take(part.size)) {
      this.refuse(key, part.correlation, gathered, { kind: 'failed', message: TOO_MUCH });
    } else {
      gathered.held += part.size;
      this.gathering.set(key, gathered);
    }
  }

  /** Answers at once and drops what was held. The remaining parts of the append still arrive and are ignored. */
  private refuse(key: string, correlation: Buffer, { options, held }: Gathering, outcome: Outcome): void {
    this.gathering.set(key, 'refused');
    this.memory.release(held);
    this.unanswered++;
    this.answer(correlation, options, outcome);
  }

  private write(correlation: Buffer, { options, events, bytes }: Gathering): void {
    this.unanswered++;
    if (!this.callers.mayWrite(this.call, options.streamName)) {
      this.answer(correlation, options, { kind: 'denied' });
      return;
    }
    this.store.write({
      kind: 'append',
      ...options,
      events,
      bytes,
      done: (outcome) => this.answer(correlation, options, outcome),
    });
    if (this.isCrowded) this.call.pause();
  }

  private get isCrowded(): boolean {
    return this.store.waiting > MOST_WAITING || this.unanswered > MOST_UNANSWERED || this.call.writableNeedDrain;
  }

  private resume(): void {
    if (this.call.isPaused() && !this.isCrowded) this.call.resume();
  }

  /** Sends the answers to one group in one bundle. */
  private answer(
    correlation: Buffer,
    options: AppendOptions,
    outcome: Parameters<typeof batchAppendResponse>[2],
  ): void {
    this.unanswered--;
    this.answers.addMessage(batchAppendResponse(correlation, options, outcome));
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      if (!this.call.cancelled) this.call.write(this.answers);
      this.answers = new FrameBundle();
      this.resume();
      this.endWhenAnswered();
    });
  }

  private endWhenAnswered(): void {
    if (this.ended && this.unanswered === 0 && !this.scheduled) this.call.end();
  }
}

/** Append: one append per call, one event per message. */
export function handleAppend(
  store: Store,
  callers: Pick<Callers, 'mayWrite'>,
  unfinished: Unfinished,
  call: ServerReadableStream<AppendPart, FrameBundle>,
  callback: sendUnaryData<FrameBundle>,
): void {
  let options: AppendOptions | undefined;
  let bytes = 0;
  let over = false;
  const events: ProposedEvent[] = [];
  const memory = unfinished.open(call, () => giveUp(timedOut(UNFINISHED_TOO_LONG)));
  const forget = (): void => {
    events.length = 0;
    memory.release();
  };
  const giveUp = (error: ReturnType<typeof unknown>): void => {
    over = true;
    forget();
    callback(error);
  };
  call.on('cancelled', forget);
  call.on('data', (part: AppendPart) => {
    options ??= part.options;
    if (part.event === undefined || over) return;
    bytes += eventBytes(part.event);
    if (bytes > MAX_APPEND_BYTES) return;
    if (memory.take(part.size)) events.push(part.event);
    else giveUp(exhausted(TOO_MUCH));
  });
  call.on('end', () => {
    memory.release();
    if (over) return;
    if (options === undefined) {
      callback(invalidArgument('The append has no options.'));
      return;
    }
    const { expected, streamName } = options;
    if (!callers.mayWrite(call, streamName)) {
      callback(accessDenied());
      return;
    }
    const done = (outcome: Outcome): void => {
      if (outcome.kind === 'done') callback(null, messageBundle(appended(outcome)));
      else if (outcome.kind === 'wrong-version') callback(null, messageBundle(refused(expected, outcome.actual)));
      else callback(errorOf(outcome, streamName.toString('utf8'), expected));
    };
    store.write({ kind: 'append', ...options, events, bytes, done });
  });
}

function appended({ revision, position }: { revision: number; position: number }): AppendResp {
  const success = new streamsPb.AppendResp.Success();
  if (revision < 0) success.setNoStream(new sharedPb.Empty());
  else success.setCurrentRevision(String(revision));
  const at = new streamsPb.AppendResp.Position();
  at.setCommitPosition(String(position));
  at.setPreparePosition(String(position));
  success.setPosition(at);
  const response = new streamsPb.AppendResp();
  response.setSuccess(success);
  return response;
}

function refused(expected: number, actual: number): AppendResp {
  const wrong = new streamsPb.AppendResp.WrongExpectedVersion();
  if (actual < 0) wrong.setCurrentNoStream(new sharedPb.Empty());
  else wrong.setCurrentRevision(String(actual));
  if (expected >= 0) wrong.setExpectedRevision(String(expected));
  else if (expected === NO_STREAM) wrong.setExpectedNoStream(new sharedPb.Empty());
  else if (expected === -2) wrong.setExpectedAny(new sharedPb.Empty());
  else wrong.setExpectedStreamExists(new sharedPb.Empty());
  const response = new streamsPb.AppendResp();
  response.setWrongExpectedVersion(wrong);
  return response;
}

/** Delete and Tombstone, whose answers have the same shape. */
export function handleRemoval(
  store: Store,
  kind: 'delete' | 'tombstone',
  call: ServerUnaryCall<AppendOptions, DeleteResp | TombstoneResp>,
  callback: sendUnaryData<DeleteResp | TombstoneResp>,
): void {
  const { streamName, expected } = call.request;
  const done = (outcome: Outcome): void => {
    if (outcome.kind !== 'done') {
      callback(errorOf(outcome, streamName.toString('utf8'), expected));
      return;
    }
    const Response = kind === 'delete' ? streamsPb.DeleteResp : streamsPb.TombstoneResp;
    const position = new Response.Position();
    position.setCommitPosition(String(outcome.position));
    position.setPreparePosition(String(outcome.position));
    const response = new Response();
    response.setPosition(position);
    callback(null, response);
  };
  store.write({ kind, ...call.request, done });
}

function errorOf(
  outcome: Exclude<Outcome, { kind: 'done' }>,
  name: string,
  expected: number,
): ReturnType<typeof unknown> {
  switch (outcome.kind) {
    case 'wrong-version':
      return wrongVersion(name, expected, outcome.actual);
    case 'stream-deleted':
      return streamDeleted(name);
    case 'too-large':
      return appendTooLarge(MAX_APPEND_BYTES);
    case 'invalid':
      return unknown(outcome.message);
    case 'timed-out':
      return timedOut();
    case 'failed':
      return unavailable(outcome.message);
    case 'damaged':
      return dataLoss(outcome.message);
  }
}
