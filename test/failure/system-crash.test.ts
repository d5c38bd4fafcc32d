import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { Killer } from '../support/crash-killer.js';
import { doubled, eventsOf, outboxOf, outcomeOf, type Outcome } from '../support/crash-outcome.js';
import { makeRound, type Round } from '../support/crash-rounds.js';
import { System } from '../support/system.js';

const SEED = Number(process.env['CRASH_SEED'] ?? 20_210_801);
const MINUTES = Number(process.env['CRASH_MINUTES'] ?? 2);
const MINUTE = 60_000;

describe('An installation whose processes are killed at random moments', () => {
  let calm: System;
  let killed: System;
  let failed = true;

  beforeAll(async () => {
    calm = await System.start(['projector-1', 'worker-1']);
    killed = await System.start(['projector-1', 'projector-2', 'worker-1', 'worker-2']);
  }, 5 * MINUTE);

  afterAll(async () => {
    await calm?.remove();
    await killed?.remove({ keep: failed });
  }, MINUTE);

  it(
    'comes to the same as one that is left alone: no event lost, nobody told twice',
    async () => {
      const killer = new Killer(killed, randomFrom(SEED));
      const rounds: Round[] = [];
      const began = Date.now();
      const over = setTimeout(() => killer.enough(), MINUTES * MINUTE);
      try {
        while (Date.now() - began < MINUTES * MINUTE) {
          const round = makeRound(rounds.length, join(killed.dataDir, 'inputs'));
          rounds.push(round);
          await play(killed, round, () => killer.away());
        }
      } finally {
        clearTimeout(over);
        await killer.stop();
      }
      const events = await killed.look(eventsOf);
      const lines = outboxOf(killed);
      const kills = [...killer.kills].sort().map(([name, count]) => `${name} ${count}`);
      console.log(
        `seed ${SEED}: ${sum(killer.kills)} kills (${kills.join(', ')}), ${killer.restarts} restarts, ` +
          `${killed.counts.importsRepeated} imports repeated, ${rounds.length} rounds, ${events.length} events, ` +
          `${count(events, 'AlertRequested')} alerts, ${lines.length} messages`,
      );
      try {
        expect(killed.surprises).toEqual([]);
        expect(doubled(events, lines)).toEqual([]);
        for (const round of rounds) expect(await outcomeOf(killed, round)).toEqual(await undisturbed(round));
        expect(sum(killer.kills)).toBeGreaterThan(MINUTES * 10);
        failed = false;
      } catch (error) {
        throw new Error(`CRASH_SEED=${SEED} CRASH_MINUTES=${MINUTES}: ${(error as Error).message}`, { cause: error });
      }
    },
    (2 * MINUTES + 10) * MINUTE,
  );

  async function undisturbed(round: Round): Promise<Outcome> {
    await play(calm, round);
    return outcomeOf(calm, round);
  }
});

/** Imports a round, step by step. */
async function play(system: System, { steps }: Round, again?: () => Promise<void>): Promise<void> {
  for (const step of steps) {
    await Promise.all(
      step.map(async ({ kind, file, rows }) => {
        expect(await system.import(kind, file, again)).toMatchObject({ accepted: rows, rejected: 0 });
      }),
    );
  }
}

function count(events: readonly { type: string }[], type: string): number {
  return events.filter((event) => event.type === type).length;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, each) => all + each, 0);
}
