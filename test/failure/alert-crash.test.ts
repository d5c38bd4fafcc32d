import type { EventType } from '../support/events.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { doubted, FINE, isTakingBack, judge, toldOf, type Played } from '../support/alert-judge.js';
import { DAY, LAST_DAY, makeAlertRounds } from '../support/alert-rounds.js';
import { counted, Killer } from '../support/crash-killer.js';
import { eventsOf } from '../support/crash-outcome.js';
import { Steps } from '../support/crash-steps.js';
import { partsOf, servicesOf } from '../support/crash-victims.js';
import { LogMoments } from '../support/log-moments.js';
import { poison } from '../support/poison.js';
import { Gateway } from '../support/providers/gateway.js';
import type { AcceptedMessage, HttpFault } from '../../packages/message-gateway/test/simulators/http-simulator.mjs';
import { LoggedMoments } from '../support/logged-moments.js';
import { alertCrash } from '../support/sizes.js';
import { System } from '../support/system.js';

const { kills: KILLS, eachStep: EACH_STEP, contacts: CONTACTS, lasting: LASTING, seed: SEED } = alertCrash;
const MINUTE = 60_000;
/** Rate of each of the two gateways: the messages of a round take long enough for kills at several steps. */
const PER_SECOND = 8;
/** Milliseconds for a number of kills on a slow machine. */
const timeOf = (kills: number) => 5 * MINUTE + kills * 20_000;
const ROUNDS = Math.max(24, Math.ceil(KILLS / 3));

/** The steps of any message, each noted in the log; between the first and the others a gateway has the message. */
const MESSAGE_STEPS: EventType[] = ['MessageHandedToProvider', 'MessageNotAccepted', 'MessageSent'];
/** The steps of an alert. */
const ALERT_STEPS: EventType[] = [
  'TraceCompleted',
  'AlertRequested',
  ...MESSAGE_STEPS,
  'AlertSent',
  'AlertWithdrawn',
  'WithdrawalSent',
];
/** The steps of a reminder. */
const REMINDER_STEPS: EventType[] = ['ReminderDue', ...MESSAGE_STEPS, 'ReminderSent'];
/** An event cannot be projected: it is set aside, and retried by a command. */
const ASIDE_STEPS = ['set aside', 'tried again'];
const SAID = { 'set aside': 'an event was set aside', 'tried again': 'stays set aside' };
/** Milliseconds between two kills. */
const BREATH = { least: 0, most: 600 };

/** Faults of gateways besides kills; `hold` is the moment at which a gateway has a message and nobody knows. */
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

/** How likely each look at the progress is to cause a fault; a gateway that fails half of the time is left alone. */
const FAULTY = 0.15;

describe('A contact of a case', () => {
  const inputs = mkdtempSync(join(tmpdir(), 'truyvet-alerts-'));
  const random = randomFrom(SEED);
  const played: Played[] = [];
  let gateways: Gateway[] = [];
  let system: System;
  let log: LogMoments;
  let said: LoggedMoments;
  let eventStoreUrl: string;
  /** Ids of events that cannot be projected. */
  const poisons: string[] = [];
  let faults = 0;
  let passed = 0;

  beforeAll(async () => {
    gateways = await Promise.all(
      ['asked', 'recognising'].map((name) => Gateway.start(name, join(inputs, `${name}.ndjson`))),
    );
    // With such providers the program lets nobody set the clock, so the events of this test are recent. Messages wait
    // three seconds for others to the same phone, and processes are killed meanwhile.
    const gathering = { TRUYVET_ALERT_GATHER_MINUTES: '0.05' };
    const env = { TRUYVET_PROVIDERS: provideBy(PER_SECOND), TRUYVET_CLOCK: undefined, ...gathering };
    system = await System.start(['projector-1', 'worker-1', 'worker-2'], env);
    await system.addRules();
    const types = [...new Set([...ALERT_STEPS, ...REMINDER_STEPS])];
    said = new LoggedMoments(join(system.dataDir, 'logs', 'projector-1.log'), SAID);
    ({ eventStoreUrl } = await system.look(({ urls }) => Promise.resolve(urls)));
    log = new LogMoments(eventStoreUrl, types);
  }, 10 * MINUTE);

  afterAll(async () => {
    gateways.forEach((gateway) => gateway.stop());
    said?.close();
    await log?.close();
    await system?.remove({ keep: passed < 2 });
    if (passed === 2) rmSync(inputs, { recursive: true, force: true });
  }, 2 * MINUTE);

  const alertKills = Math.ceil(KILLS * 0.7);
  it(
    'gets one message, and one withdrawal if it was wrong, whichever process is killed at whichever step',
    async () => {
      const folder = join(inputs, 'rounds');
      const { background, rounds } = makeAlertRounds({ folder, rounds: ROUNDS, contacts: CONTACTS, random });
      for (const { kind, file } of background) await system.import(kind, file);
      const { killer, done } = killAt([...ALERT_STEPS, ...ASIDE_STEPS], alertKills);
      try {
        for (const round of rounds) {
          const lasting = played.filter(({ retracted }) => !retracted).length;
          if (done() && lasting >= LASTING) break;
          poisons.push(await poison(eventStoreUrl, `poison${poisons.length}`, DAY));
          const again = system.command(['projections', 'retry', '--json']);
          await system.import('results', round.positive.file, undefined, { wait: false });
          // Once enough cases remain, the other rounds retract theirs, so that kills hit the steps of a withdrawal.
          const retracted = !done() && random() < (lasting < LASTING ? 0.4 : 0.8);
          played.push({ round, retracted });
          // When a case is retracted, some of its contacts have been alerted, and some have not.
          const enough = round.phones.size * (retracted ? random() : 0.9);
          await disturb(async () => {
            const told = [...toldOf(round, await allAccepted()).values()];
            return told.filter(({ warned }) => warned > 0).length >= enough;
          });
          if (retracted) await system.import('results', round.retraction.file, undefined, { wait: false });
          await again;
        }
      } finally {
        await killer.stop();
      }

      // The sweep finds what Redis lost.
      await expectSoon(async () => judge(played, await allAccepted()));
      expect(await setAside()).toEqual([...poisons].sort());
      const [last] = played;
      if (last) await system.import('results', last.round.positive.file);
      const accepted = await allAccepted();
      const wrong = judge(played, accepted);
      const takenBack = accepted.filter(({ id }) => isTakingBack(id)).length;
      const unsure = doubted(played, accepted);
      console.log(
        `seed ${SEED}: ${saidOf(killer)}; ${faults} faults of gateways; ${played.length} cases, ` +
          `${played.filter(({ retracted }) => retracted).length} of them retracted; ` +
          `${accepted.length - takenBack} phones told, ${takenBack} told that it was wrong; ` +
          `lost ${wrong.lost}, told twice ${wrong.twice}, not taken back ${wrong.notTakenBack}, ` +
          `taken back though it never went ${unsure}`,
      );
      expect({ seed: SEED, ...wrong, surprises: system.surprises }).toEqual({ seed: SEED, ...FINE, surprises: [] });
      const owed = (await system.look(eventsOf)).filter(({ type }) => type === 'WithdrawalOwedInDoubt');
      expect(unsure).toBeLessThanOrEqual(owed.length);
      expectEnough(killer, [...ALERT_STEPS, ...ASIDE_STEPS], alertKills);
      passed++;
    },
    2 * timeOf(KILLS) + 10 * MINUTE,
  );

  it(
    'who remains a contact gets one reminder of the last day, whichever process is killed at whichever step',
    async () => {
      const before = new Set((await allAccepted()).map(({ id }) => id));
      // Instead of waiting for that day, the workers get a clock that is set to it.
      const ahead = `${pathToFileURL(resolve('test/support/clock-ahead.mjs'))}`;
      const due = played.reduce((sum, { round, retracted }) => sum + (retracted ? 0 : round.firstDegree.size), 0);
      // So slowly that the reminders last for all the kills, with six seconds for each kill and restart.
      provideBy(Math.min(PER_SECOND, Math.max(1, Math.round(due / 12 / (KILLS - alertKills)))));
      system.partsEnv = { NODE_OPTIONS: `--import=${ahead}`, CLOCK_AHEAD: String(LAST_DAY - Date.now()) };
      // A clock that is so far ahead has to be confirmed; until then nothing is sent.
      const confirm = ['clock', 'confirm', '--by', 'the test', '--reason', 'it set the clock', '--json'];
      expect(await system.command(confirm, undefined, system.partsEnv)).toMatchObject({ code: 0 });
      const { killer, done } = killAt(REMINDER_STEPS, KILLS - alertKills);
      try {
        for (const name of ['worker-1', 'worker-2']) {
          await system.part(name).end('SIGTERM');
          system.part(name).again();
        }
        await disturb(() => Promise.resolve(done()), timeOf(KILLS - alertKills));
      } finally {
        await killer.stop();
      }

      await expectSoon(async () => judge(played, await allAccepted(), await remindersSince(before), true));
      const accepted = await allAccepted();
      const reminders = await remindersSince(before);
      const wrong = judge(played, accepted, reminders, true);
      console.log(
        `seed ${SEED}: ${saidOf(killer)}; ${reminders.size} phones reminded; ` +
          `lost ${wrong.lost}, told or reminded twice ${wrong.twice}, reminded wrongly ${wrong.remindedWrongly}`,
      );
      expect({ seed: SEED, ...wrong, surprises: system.surprises }).toEqual({ seed: SEED, ...FINE, surprises: [] });
      expect(accepted.filter(({ id }) => !before.has(id) && !reminders.has(id))).toEqual([]);
      expect(accepted.length).toBe(new Set(accepted.map(({ id }) => id)).size);
      expectEnough(killer, REMINDER_STEPS, KILLS - alertKills);
      passed++;
    },
    2 * timeOf(KILLS) + 10 * MINUTE,
  );

  /** @param perSecond messages per second of each gateway. */
  function provideBy(perSecond: number): string {
    const file = join(inputs, 'providers.json');
    writeFileSync(file, JSON.stringify(gateways.map((gateway) => settingsOf(gateway, perSecond))));
    return file;
  }

  /** Kills processes at these steps until there were enough kills, each step was hit often enough, or time is up. */
  function killAt(names: readonly string[], kills: number): { killer: Killer; done: () => boolean } {
    const steps = new Steps(
      [
        ...names.map((name) => ({ name, from: [log.moments, said.moments] })),
        { name: 'held', from: gateways.map(({ moments }) => moments) },
      ],
      EACH_STEP,
      random,
    );
    const until = Date.now() + timeOf(kills);
    const isDone = ({ count }: Killer) => Date.now() > until || (count >= kills && steps.missing.length === 0);
    const killer = new Killer(
      (killing) => [
        ...partsOf(system, ['worker-1', 'worker-2', 'projector-1']),
        ...servicesOf(system, ['redis', 'event-log'], random, killing),
        ...gateways.map(({ victim }) => victim),
      ],
      random,
      async (signal, killer) => {
        if (isDone(killer)) killer.enough();
        await delay(killer.between(BREATH), undefined, { signal });
        return steps.next(signal);
      },
      (step) => steps.hit(step),
    );
    return { killer, done: () => isDone(killer) };
  }

  /** Causes faults at gateways until a condition holds, or for a while. */
  async function disturb(holds: () => Promise<boolean>, ms = MINUTE / 2): Promise<void> {
    for (const began = Date.now(); Date.now() - began < ms;) {
      const gateway = gateways[Math.floor(random() * gateways.length)];
      const fault = FAULTS[Math.floor(random() * random() * FAULTS.length)];
      if (gateway && fault && random() < FAULTY) {
        await gateway.fault([{ ...fault }]);
        faults++;
      }
      if (await holds()) return;
      await delay(150);
    }
  }

  /** Ids of the events that the graph lacks after it has caught up. */
  async function setAside(): Promise<string[]> {
    for (const began = Date.now(); ; await delay(500)) {
      const { code, stdout } = await system.command(['projections', 'status', '--json']);
      if (code === 0) {
        const { caught_up, set_aside } = JSON.parse(stdout) as { caught_up: boolean; set_aside: { id: string }[] };
        if (caught_up) return set_aside.map(({ id }) => id).sort();
      }
      if (Date.now() - began > 5 * MINUTE) throw new Error('the graph did not catch up');
    }
  }

  async function allAccepted(): Promise<AcceptedMessage[]> {
    return (await Promise.all(gateways.map((gateway) => gateway.accepted().catch(() => [])))).flat();
  }

  /** The reminders that were sent since then, by the log. */
  async function remindersSince(before: ReadonlySet<string>): Promise<Set<string>> {
    const due = (await system.look(eventsOf)).filter(({ type }) => type === 'ReminderDue');
    return new Set(due.map(({ data }) => String(data['reminderId'])).filter((id) => !before.has(id)));
  }
});

function saidOf({ count, kills, moments }: Killer): string {
  return `${count} kills (${counted(kills)}) at ${counted(moments)}`;
}

function expectEnough({ count, moments }: Killer, steps: readonly string[], kills: number): void {
  expect(count).toBeGreaterThanOrEqual(kills);
  const missed = [...steps, 'held'].filter((step) => (moments.get(step) ?? 0) < EACH_STEP);
  expect(missed).toEqual([]);
}

/** The first can be asked about messages, the second accepts an id only once; each has a rate. */
function settingsOf({ name, url }: Gateway, perSecond: number): object {
  return {
    ...{ type: 'http', name, url: `${url}/messages`, idempotencyHeader: 'Idempotency-Key', sender: 'CDC' },
    body: { json: { to: '{to}', text: '{text}' } },
    reference: '/data/id',
    ...(name === 'asked' && { query: { url: `${url}/messages/{id}`, reference: '/data/id' } }),
    ...{ perSecond, answerTimeout: 2_000 },
  };
}

/**
 * Waits until nothing is wrong any more, as long as the number of errors decreases: slow gateways may have a long
 * queue. The following assertions show what is still wrong then.
 */
async function expectSoon(wrong: () => Promise<typeof FINE>): Promise<void> {
  let before = '';
  for (let changed = Date.now(); Date.now() - changed < 2 * MINUTE; await delay(500)) {
    const now = await wrong();
    if (Object.values(now).every((count) => count === 0)) return;
    const said = JSON.stringify(now);
    if (said !== before) changed = Date.now();
    before = said;
  }
}
