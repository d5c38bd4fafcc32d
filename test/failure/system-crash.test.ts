import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { serviceNames } from '@truyvet/local-services';
import { counted, Killer } from '../support/crash-killer.js';
import { everything } from '../support/crash-victims.js';
import { doubled, eventsOf, outboxOf, outcomeOf, type Outcome } from '../support/crash-outcome.js';
import { makeRound, type Round } from '../support/crash-rounds.js';
import { systemCrash } from '../support/sizes.js';
import { Part, System } from '../support/system.js';

const { minutes: MINUTES, people, seed: SEED } = systemCrash;
const MINUTE = 60_000;
/** Milliseconds; the product itself gives Neo4j twenty seconds to stop. */
const STOPPED_WITHIN = 30_000;

describe('An installation of services, two projectors, two workers and imports, each a separate process', () => {
  let system: System;
  let undisturbed: Outcome;
  let rounds = 0;
  let passed = 0;
  let tests = 0;

  beforeAll(async () => {
    system = await System.start(['projector-1', 'worker-1'], {}, { ownGraph: true });
    // The facts of one round do not affect another round.
    const round = makeRound(0, join(system.dataDir, 'inputs'), SEED);
    await play(system, round);
    undisturbed = await outcomeOf(system, round);
    expect(undisturbed.messages.length).toBeGreaterThan(people / 3);
    for (const name of ['projector-2', 'worker-2']) system.parts.push(new Part(name, system));
  }, 20 * MINUTE);

  afterEach(() => void tests++);
  afterAll(() => system?.remove({ keep: passed < tests }), 2 * MINUTE);

  it(
    'gives the same result as one projector and one worker if Redis loses everything while messages are sent, the graph is rebuilt, and each process is asked to stop, which it does at once',
    async () => {
      const round = nextRound();
      const mishaps = new Map([
        [2, redisLosesEverything],
        [3, graphIsRebuilt],
        [4, everythingStops],
      ]);
      await play(system, round, {
        meanwhile: async (step) => {
          const mishap = mishaps.get(step);
          if (!mishap) return;
          await somethingSent();
          await mishap();
          mishaps.delete(step);
        },
      });
      expect([...mishaps]).toEqual([]);
      await expectTheSame(round);
      passed++;
    },
    15 * MINUTE,
  );

  it(
    'gives the same result if its processes are killed at random moments: no event lost, nobody informed twice',
    async () => {
      const random = randomFrom(SEED);
      const killer = new Killer(everything(system, random), random);
      const played: Round[] = [];
      const began = Date.now();
      const over = setTimeout(() => killer.enough(), MINUTES * MINUTE);
      try {
        while (Date.now() - began < MINUTES * MINUTE) {
          const round = nextRound();
          played.push(round);
          await play(system, round, { again: () => killer.away() });
        }
      } finally {
        clearTimeout(over);
        await killer.stop();
      }
      const events = await system.look(eventsOf);
      const all = killer.count;
      console.log(
        `seed ${SEED}: ${all} kills (${counted(killer.kills)}), ${killer.restarts} restarts, ` +
          `${system.counts.importsRepeated} imports repeated, ${played.length} rounds, ${events.length} events, ` +
          `${events.filter(({ type }) => type === 'AlertRequested').length} alerts, ${outboxOf(system).length} messages`,
      );
      for (const round of played) await expectTheSame(round);
      expect(all).toBeGreaterThan(MINUTES * 10);
      passed++;
    },
    (3 * MINUTES + 10) * MINUTE,
  );

  async function redisLosesEverything(): Promise<void> {
    await system.look(async ({ urls }) => {
      const redis = new Redis(urls.redisUrl);
      await redis.flushall();
      redis.disconnect();
    });
  }

  async function graphIsRebuilt(): Promise<void> {
    expect(await system.command(['projections', 'rebuild'])).toMatchObject({ code: 0 });
  }

  async function everythingStops(): Promise<void> {
    for (const part of system.parts) {
      const { code, ms } = await part.end('SIGTERM');
      part.again();
      expect({ part: part.name, code }).toEqual({ part: part.name, code: 0 });
      expect(ms).toBeLessThan(STOPPED_WITHIN);
    }
    for (const name of serviceNames) {
      const pid = system.servicePid(name);
      if (pid === undefined) throw new Error(`${name} is not running`);
      process.kill(pid, 'SIGTERM');
      await until(`${name} has stopped`, () => system.servicePid(name) === undefined, STOPPED_WITHIN);
      await system.servicesUp();
    }
  }

  function nextRound(): Round {
    return makeRound(++rounds, join(system.dataDir, 'inputs'), SEED);
  }

  /** Waits until more messages have been sent. */
  async function somethingSent(): Promise<void> {
    const before = outboxOf(system).length;
    await until('messages are being sent', () => outboxOf(system).length > before, 5 * MINUTE);
  }

  async function expectTheSame(round: Round): Promise<void> {
    try {
      expect(await outcomeOf(system, round)).toEqual(undisturbed);
      expect(doubled(await system.look(eventsOf), outboxOf(system))).toEqual([]);
      expect(system.surprises).toEqual([]);
    } catch (error) {
      throw new Error(`CRASH_SEED=${SEED} CRASH_MINUTES=${MINUTES}: ${(error as Error).message}`, { cause: error });
    }
  }
});

/** Imports a round step by step and does something else meanwhile; `again` waits before a killed import is repeated. */
async function play(
  system: System,
  { steps }: Round,
  { meanwhile, again }: { meanwhile?: (step: number) => Promise<void>; again?: () => Promise<void> } = {},
): Promise<void> {
  for (const [number, step] of steps.entries()) {
    await Promise.all([
      ...step.map(async ({ kind, file, rows }) => {
        // People and places alone have no consequences to wait for.
        const wait = number > 0;
        expect(await system.import(kind, file, again, { wait })).toMatchObject({ accepted: rows, rejected: 0 });
      }),
      meanwhile?.(number),
    ]);
  }
}

async function until(what: string, holds: () => boolean, ms: number): Promise<void> {
  for (const began = Date.now(); !holds(); await delay(20)) {
    if (Date.now() - began > ms) throw new Error(`In ${ms} ms it did not happen: ${what}.`);
  }
}
