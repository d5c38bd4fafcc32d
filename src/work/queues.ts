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
 * The queues of one installation on a Redis. They are not the source of truth: every job can be derived from the log
 * again, so finished jobs are removed. A job's id names its work, so adding the same job twice has no further effect.
 */
export class Queues {
  readonly redis: Redis;
  readonly #prefix: string;
  readonly #queues = new Map<string, Queue>();
  readonly #workers: Worker[] = [];
  readonly #connections: Redis[] = [];
  /** Resolves when no remains of lost jobs prevent a job from being queued again. */
  #whole: Promise<void> = Promise.resolve();

  /** @param storeId the log's identity: two installations may share one Redis. */
  constructor(
    private readonly url: string,
    private readonly storeId: string,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#prefix = queuePrefix(storeId);
    this.redis = this.#connect();
    // Runs before anybody queues lost jobs again.
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
      // A job whose worker was killed goes to another worker, however often: if it were given up, people would get no
      // alert.
      maxStalledCount: 1_000_000,
      // This also finds a job that was fetched while Redis went away: no worker has it, and somebody waits for it.
      stalledInterval: STALLED_LOOK_EVERY,
    });
    worker.on('error', this.onError);
    this.#workers.push(worker as Worker);
    return worker;
  }

  /** The number of jobs that are waiting, running or to be retried. */
  async outstanding(name: string): Promise<number> {
    return this.#count(name, ['waiting', 'active', 'delayed', 'prioritized']);
  }

  /** The number of jobs that are running or could run now; delayed jobs do not count. */
  async due(name: string): Promise<number> {
    return this.#count(name, ['waiting', 'active', 'prioritized']);
  }

  async #count(name: string, states: JobType[]): Promise<number> {
    const counts = await this.queue(name).getJobCounts(...states);
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  /** How long the oldest job has waited for a worker beyond its own delay, in seconds. */
  async oldest(name: string): Promise<number> {
    const queue = this.queue(name);
    // The first of each state is enough: jobs of one state run, or come due, in the order in which they were added.
    const first = await queue.getJobs(['waiting', 'prioritized', 'delayed'], 0, 0, true);
    const since = Math.min(...first.map(({ timestamp, opts }) => timestamp + (opts.delay ?? 0)));
    return Number.isFinite(since) ? Math.max(0, Date.now() - since) / 1_000 : 0;
  }

  /**
   * Drops the jobs of these queues and the checkpoints of the log's readers, as if Redis had lost them: open work is
   * then queued again. Jobs go first, so that no job is dropped that a reader has just queued again.
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

  /** Waits a limited time for running jobs, then disconnects. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    // BullMQ does not close connections that were passed to it.
    for (const connection of this.#connections) connection.disconnect();
  }

  #mend(names: readonly string[]): void {
    this.#whole = this.#whole
      .then(async () => {
        for (const name of names) await removeLostJobs(this.redis, this.#prefix, this.queue(name));
      })
      // Redis went away again; the next time that it is ready, the clean-up runs again.
      .catch(this.onError);
  }

  #connect(): Redis {
    const redis = new Redis(this.url, { maxRetriesPerRequest: null, enableReadyCheck: true });
    redis.on('error', this.onError);
    this.#connections.push(redis);
    return redis;
  }
}

/** A queue that adds jobs only after the remains of lost jobs are removed. */
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

/** A worker whose close ends even while Redis is unavailable; its jobs could not be marked as finished then anyway. */
class EndingWorker<Data, Result> extends Worker<Data, Result> {
  #pausing: Promise<void> | undefined;

  /** Resolves when no job is running any more, also for a second caller. */
  override pause(): Promise<void> {
    this.#pausing ??= super.pause();
    return this.#pausing;
  }

  override async resume(): Promise<void> {
    this.#pausing = undefined;
    await super.resume();
  }

  override async close(): Promise<void> {
    // A paused worker takes no new jobs and waits for the running ones. Unlike a close, a pause can be followed by
    // force.
    if (!this.closing) await within(GRACE, this.pause());
    await super.close(true);
  }

  /**
   * A pause ends by connecting again. If its last job outlives the grace period, that would come after the close, and
   * nobody would close this connection: the process would run for ever.
   */
  protected override createBackend(): void {
    super.createBackend();
    const { backend } = this;
    const connectAgain = backend.reconnectBlocking.bind(backend);
    backend.reconnectBlocking = async () => {
      if (!this.closing) await connectAgain();
    };
  }
}

const LONGEST_PAUSE = 30_000;
/** The interval between two searches for jobs whose worker no longer runs, in milliseconds. */
const STALLED_LOOK_EVERY = 5_000;

/**
 * The pause before a retry of a failed job, in milliseconds: doubled each time, and random so that retries spread out.
 */
export function pauseBefore(attempts: number): number {
  return Math.min(250 * 2 ** Math.min(attempts, 10), LONGEST_PAUSE) * (0.5 + Math.random() / 2);
}

/**
 * A job that keeps failing for our own reasons is retried for ever: if it were given up, a person would get no alert.
 */
const ONCE: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 1_000_000,
  backoff: { type: 'custom' },
};
