import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventType } from '../../src/domain/events.js';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { makeAlertRounds, type AlertRound } from '../support/alert-rounds.js';
import { counted, Killer } from '../support/crash-killer.js';
import { eventsOf } from '../support/crash-outcome.js';
import { partsOf, servicesOf } from '../support/crash-victims.js';
import { LogMoments } from '../support/log-moments.js';
import { Gateway } from '../support/providers/gateway.js';
import type { AcceptedMessage, HttpFault } from '../support/providers/http-simulator.mjs';
import { alertCrash } from '../support/sizes.js';
import { System } from '../support/system.js';

const { kills: KILLS, seed: SEED } = alertCrash;
/** Milliseconds for them; on a slow machine there are fewer. */
const TIME = KILLS * 2_500;
const ROUNDS = Math.max(30, Math.ceil(KILLS / 5));
const CONTACTS = 200;
const MINUTE = 60_000;

/** The steps on the way of an alert, each noted in the log; between the third and the fourth a gateway has it. */
const STEPS: EventType[] = [
  'TraceCompleted',
  'AlertRequested',
  'MessageHandedOver',
  'HandOverEnded',
  'AlertSent',
  'AlertWithdrawn',
  'WithdrawalSent',
];
/** Milliseconds that a step is waited for before somebody is killed anyway, and between two kills. */
const STEP_WITHIN = 2_000;
const BREATH = { least: 0, most: 600 };

/** What goes wrong at gateways beside being killed; `hold` is the moment at which one has a message and nobody knows. */
const FAULTS: HttpFault[] = [
  { accept: true, then: 'hold', ms: 400 },
  { accept: true, then: 'close' },
  { accept: true, then: 'cut' },
  { accept: true, then: 'malformed' },
  { accept: true, then: 'silence' },
  { accept: true, then: 500 },
  { accept: false, then: 'close' },
  { accept: false, then: 500 },
  { accept: false, then: 503 },
  { accept: false, then: 'silence' },
];

/** How likely each look at how far it has come makes one; one that fails half of the time is left alone. */
const FAULTY = 0.15;

interface Told {
  warned: number;
  takenBack: number;
}

describe('Everybody who met a case', () => {
  const inputs = mkdtempSync(join(tmpdir(), 'truyvet-alerts-'));
  let gateways: Gateway[] = [];
  let system: System;
  let passed = false;

  beforeAll(async () => {
    gateways = await Promise.all(
      ['asked', 'recognising'].map((name) => Gateway.start(name, join(inputs, `${name}.ndjson`))),
    );
    const providers = join(inputs, 'providers.json');
    writeFileSync(providers, JSON.stringify(gateways.map(settingsOf)));
    system = await System.start(['projector-1', 'worker-1', 'worker-2'], { TRUYVET_PROVIDERS: providers });
  }, 10 * MINUTE);

  afterEach(() => gateways.forEach((gateway) => gateway.stop()));
  afterAll(async () => {
    await system?.remove({ keep: !passed });
    if (passed) rmSync(inputs, { recursive: true, force: true });
  }, 2 * MINUTE);

  it(
    'is told once, and told once that it was wrong, whoever is killed at whatever step on the way of the message',
    async () => {
      const random = randomFrom(SEED);
      const { background, rounds } = makeAlertRounds({
        folder: join(inputs, 'rounds'),
        rounds: ROUNDS,
        contacts: CONTACTS,
        random,
      });
      for (const { kind, file } of background) await system.import(kind, file);
      const log = await system.look(({ urls }) => Promise.resolve(new LogMoments(urls.eventStoreUrl, STEPS)));
      const killer = new Killer(
        (killing) => [
          ...partsOf(system, ['worker-1', 'worker-2']),
          ...servicesOf(system, ['redis', 'event-log'], random, killing),
          ...gateways.map(({ victim }) => victim),
        ],
        random,
        async (signal, killer) => {
          await delay(killer.between(BREATH), undefined, { signal });
          if (killer.count >= KILLS) killer.enough();
          return moment(log, signal, random);
        },
      );
      const over = setTimeout(() => killer.enough(), TIME);
      const until = Date.now() + TIME;
      const faults = { count: 0 };
      const played: { round: AlertRound; retracted: boolean }[] = [];
      try {
        for (const round of rounds) {
          if (killer.count >= KILLS || Date.now() > until) break;
          await system.import('results', round.positive.file, undefined, { wait: false });
          const retracted = random() < 0.4;
          played.push({ round, retracted });
          // Of the one that is retracted some have been told then, and some have not.
          const enough = round.phones.size * (retracted ? random() : 0.9);
          await disturb(
            random,
            faults,
            async () => toldOf(round, await allAccepted()).filter(({ warned }) => warned).length >= enough,
          );
          if (retracted) await system.import('results', round.retraction.file, undefined, { wait: false });
        }
      } finally {
        clearTimeout(over);
        await killer.stop();
        await log.close();
      }

      // What was lost in Redis is found again when it is looked for.
      await expectSoon(async () => wrongOf(played));
      const [last] = played;
      if (last) await system.import('results', last.round.positive.file);
      const wrong = await wrongOf(played);
      const accepted = await allAccepted();
      const told = accepted.filter(({ id }) => !isTakingBack(id)).length;
      console.log(
        `seed ${SEED}: ${killer.count} kills (${counted(killer.kills)}) at ${counted(killer.moments)}; ` +
          `${faults.count} faults of gateways; ${played.length} cases, ` +
          `${played.filter(({ retracted }) => retracted).length} of them retracted; ` +
          `${told} people's phones told, ${accepted.length - told} told that it was wrong; ` +
          `lost ${wrong.lost}, told twice ${wrong.twice}, not taken back ${wrong.notTakenBack}, ` +
          `taken back though it never went ${await doubted(played)}`,
      );
      expect({ seed: SEED, ...wrong, surprises: system.surprises }).toEqual({ seed: SEED, ...FINE, surprises: [] });
      const owed = (await system.look(eventsOf)).filter(({ type }) => type === 'WithdrawalOwedInDoubt');
      expect(await doubted(played)).toBeLessThanOrEqual(owed.length);
      expect(accepted.length).toBe(new Set(accepted.map(({ id }) => id)).size);
      // In so many kills chance leaves hardly any step out.
      expect(killer.moments.size).toBeGreaterThan(STEPS.length / 2);
      expect(killer.count).toBeGreaterThan(KILLS / 4);
      passed = true;
    },
    2 * TIME + 10 * MINUTE,
  );

  /** Lets gateways misbehave until something holds, or for a while. */
  async function disturb(
    random: () => number,
    faults: { count: number },
    holds: () => Promise<boolean>,
  ): Promise<void> {
    for (const began = Date.now(); Date.now() - began < MINUTE / 2;) {
      const gateway = gateways[Math.floor(random() * gateways.length)];
      const fault = FAULTS[Math.floor(random() * random() * FAULTS.length)];
      if (gateway && fault && random() < FAULTY) {
        await gateway.fault([{ ...fault }]);
        faults.count++;
      }
      if (await holds()) return;
      await delay(150);
    }
  }

  /** The next time that one of the steps is taken. */
  async function moment(log: LogMoments, signal: AbortSignal, random: () => number): Promise<string> {
    const at = Math.floor(random() * (STEPS.length + gateways.length));
    const step = STEPS[at];
    const from = step ? log.moments : gateways[at - STEPS.length]?.moments;
    const name = step ?? 'held';
    const late = AbortSignal.timeout(STEP_WITHIN);
    try {
      if (from) await once(from, name, { signal: AbortSignal.any([signal, late]) });
      return name;
    } catch (error) {
      if (signal.aborted) throw error;
      return 'any moment';
    }
  }

  async function allAccepted(): Promise<AcceptedMessage[]> {
    return (await Promise.all(gateways.map((gateway) => gateway.accepted().catch(() => [])))).flat();
  }

  /** What should not be; all zero in the end. */
  async function wrongOf(played: readonly { round: AlertRound; retracted: boolean }[]): Promise<typeof FINE> {
    const wrong = { ...FINE };
    const phones = new Set<string>();
    const accepted = await allAccepted();
    for (const { round, retracted } of played) {
      for (const phone of round.phones) phones.add(phone);
      for (const { warned, takenBack } of toldOf(round, accepted)) {
        if (warned > 1 || takenBack > 1) wrong.twice++;
        if (!retracted && warned === 0) wrong.lost++;
        if (!retracted && takenBack > 0) wrong.takenBackWrongly++;
        if (retracted && takenBack < warned) wrong.notTakenBack++;
      }
    }
    wrong.strangers = accepted.filter(({ to }) => !phones.has(to)).length;
    return wrong;
  }

  /** People told that a message was wrong that never went, since its gateway could not be asked. */
  async function doubted(played: readonly { round: AlertRound }[]): Promise<number> {
    const accepted = await allAccepted();
    return played.flatMap(({ round }) => toldOf(round, accepted)).filter(({ warned, takenBack }) => takenBack > warned)
      .length;
  }
});

const FINE = { lost: 0, twice: 0, notTakenBack: 0, takenBackWrongly: 0, strangers: 0 };

/** The first can be asked what it has, the second takes an id once; each has a rate. */
function settingsOf({ name, url }: Gateway): object {
  return {
    ...{ type: 'http', name, url: `${url}/messages`, idempotencyHeader: 'Idempotency-Key', sender: 'CDC' },
    body: { json: { to: '{to}', text: '{text}' } },
    reference: '/data/id',
    ...(name === 'asked' && { query: { url: `${url}/messages/{id}`, reference: '/data/id' } }),
    ...{ perSecond: 60, answerTimeout: 2_000 },
  };
}

function toldOf({ phones }: AlertRound, accepted: readonly AcceptedMessage[]): Told[] {
  const told = new Map([...phones].map((phone) => [phone, { warned: 0, takenBack: 0 }]));
  for (const { to, id } of accepted) {
    const each = told.get(to);
    if (each) each[isTakingBack(id) ? 'takenBack' : 'warned']++;
  }
  return [...told.values()];
}

function isTakingBack(id: string): boolean {
  return id.endsWith('-withdrawal');
}

/** Waits until nothing is wrong any more; what still is then shows in what is asserted afterwards. */
async function expectSoon(wrong: () => Promise<typeof FINE>): Promise<void> {
  for (const began = Date.now(); Date.now() - began < 3 * MINUTE; await delay(500)) {
    if (Object.values(await wrong()).every((count) => count === 0)) return;
  }
}
