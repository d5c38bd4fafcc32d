import {
  Queue,
  Worker,
  type JobsOptions,
  type QueueOptions,
  type Processor,
  type WorkerOptions,
  type JobType,
} from 'bullmq';
import { Redis } from 'ioredis';
import { removeLostJobs } from './lost-jobs.js';
import { queueKey, queuePrefix } from './queue-keys.js';
import { GRACE, within } from '../platform/stopping.js';

/**
 * The queues of one installation on a Redis. Nothing in them is the truth: every job can be derived from the log
 * again, so finished ones are removed, and a job's id says which work it is, so that asking twice is asking once.
 */
export class Queues {
  readonly redis: Redis;
  readonly #prefix: string;
  readonly #queues = new Map<string, Queue>();
  readonly #workers: Worker[] = [];
  readonly #connections: Redis[] = [];
  /** Done when nothing that Redis lost keeps a job from being queued again. */
  #whole: Promise<void> = Promise.resolve();

  /** @param storeId the log's identity: two installations may share one Redis. */
  constructor(
    private readonly url: string,
    private readonly storeId: string,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#prefix = queuePrefix(storeId);
    this.redis = this.#connect();
    // Before anybody queues again what may have been lost with it.
    this.redis.on('ready', () => this.#mend(this.#workers.map(({ name }) => name)));
  }

  /** A key in this installation's own part of Redis. */
  key(name: string): string {
    return queueKey(this.storeId, name);
  }

  queue<Data>(name: string): Queue<Data, void, string> {
    let queue = this.#queues.get(name);
    if (!queue) {
      const options = { connection: this.redis, prefix: this.#prefix, defaultJobOptions: ONCE };
      queue = new WholeQueue(name, options, () => this.#whole);
      queue.on('error', this.onError);
      this.#queues.set(name, queue);
    }
    return queue as Queue<Data, void, string>;
  }

  worker<Data>(
    name: string,
    run: Processor<Data, void>,
    options: Partial<Omit<WorkerOptions, 'connection' | 'prefix'>> = {},
  ): Worker<Data, void> {
    this.#mend([name]);
    const worker = new EndingWorker<Data, void>(name, run, {
      ...options,
      connection: this.#connect(),
      prefix: this.#prefix,
      settings: { backoffStrategy: pauseBefore },
      // A job whose worker was killed goes to another, however often: given up, it would leave people untold.
      maxStalledCount: 1_000_000,
      // Also one that was fetched in the instant in which Redis went away: nobody holds it, and somebody waits for it.
      stalledInterval: STALLED_LOOK_EVERY,
    });
    worker.on('error', this.onError);
    this.#workers.push(worker as Worker);
    return worker;
  }

  /** Jobs that are waiting, under way or to be tried again. */
  async outstanding(name: string): Promise<number> {
    return this.#count(name, ['waiting', 'active', 'delayed', 'prioritized']);
  }

  /** Jobs that are under way, or could be: those left out that are to wait. */
  async due(name: string): Promise<number> {
    return this.#count(name, ['waiting', 'active', 'prioritized']);
  }

  async #count(name: string, states: JobType[]): Promise<number> {
    const counts = await this.queue(name).getJobCounts(...states);
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  /** Seconds for which the oldest job has waited that nobody works on, beyond those for which it was to wait. */
  async oldest(name: string): Promise<number> {
    const queue = this.queue(name);
    // The first of each: jobs of one kind are served, or come due, in the order in which they came.
    const first = await queue.getJobs(['waiting', 'prioritized', 'delayed'], 0, 0, true);
    const since = Math.min(...first.map(({ timestamp, opts }) => timestamp + (opts.delay ?? 0)));
    return Number.isFinite(since) ? Math.max(0, Date.now() - since) / 1_000 : 0;
  }

  /**
   * Drops what is queued there, and where readers of the log stand, as if Redis had lost it: what is still to be done is
   * then queued again. Jobs first, so that none is dropped that a reader has just queued anew.
   */
  async forget(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#remove(`${this.key(name)}:*`);
    await this.#remove(this.key('checkpoint:*'));
    await this.#remove(this.key('aside:*'));
    await this.redis.del(this.key('generation'));
  }

  async #remove(match: string): Promise<void> {
    for await (const keys of this.redis.scanStream({ match, count: 1_000 })) {
      if ((keys as string[]).length > 0) await this.redis.unlink(...(keys as string[]));
    }
  }

  /** Lets jobs under way end, but not for ever, then disconnects. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    // BullMQ leaves connections open that it was given.
    for (const connection of this.#connections) connection.disconnect();
  }

  #mend(names: readonly string[]): void {
    this.#whole = this.#whole
      .then(async () => {
        for (const name of names) await removeLostJobs(this.redis, this.#prefix, this.queue(name));
      })
      // It went away again, and is mended when it is back.
      .catch(this.onError);
  }

  #connect(): Redis {
    const redis = new Redis(this.url, { maxRetriesPerRequest: null, enableReadyCheck: true });
    redis.on('error', this.onError);
    this.#connections.push(redis);
    return redis;
  }
}

/** A queue that takes jobs only once those that Redis lost are out of the way. */
class WholeQueue extends Queue {
  constructor(
    name: string,
    options: QueueOptions,
    private readonly whole: () => Promise<void>,
  ) {
    super(name, options);
  }

  override async add(...given: Parameters<Queue['add']>): ReturnType<Queue['add']> {
    await this.whole();
    return super.add(...given);
  }

  override async addBulk(...given: Parameters<Queue['addBulk']>): ReturnType<Queue['addBulk']> {
    await this.whole();
    return super.addBulk(...given);
  }
}

/** A worker whose close ends, also while Redis is away: then its jobs could not be noted as done anyway. */
class EndingWorker<Data, Result> extends Worker<Data, Result> {
  #pausing: Promise<void> | undefined;

  /** Done when no job is under way any more, also for whoever asks a second time. */
  override pause(): Promise<void> {
    this.#pausing ??= super.pause();
    return this.#pausing;
  }

  override async resume(): Promise<void> {
    this.#pausing = undefined;
    await super.resume();
  }

  override async close(): Promise<void> {
    // A pause takes no more jobs and waits for those under way; unlike a close it can still be followed by force.
    if (!this.closing) await within(GRACE, this.pause());
    await super.close(true);
  }
}

const LONGEST_PAUSE = 30_000;
/** Milliseconds between looks for jobs that nobody works on any more. */
const STALLED_LOOK_EVERY = 5_000;

/** Milliseconds before a failed job is tried again: doubled each time, spread so that many do not come at once. */
export function pauseBefore(attempts: number): number {
  return Math.min(250 * 2 ** Math.min(attempts, 10), LONGEST_PAUSE) * (0.5 + Math.random() / 2);
}

/** A job that keeps failing for our own reasons is tried for ever: giving up would leave a person untold. */
const ONCE: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 1_000_000,
  backoff: { type: 'custom' },
};
