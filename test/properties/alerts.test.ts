import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stands, type AlertState } from '../../src/alerting/alert.js';
import { formatInstant, readInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import { caseIdOf } from '../../src/cases/ids.js';
import type { Message } from '@truyvet/message-gateway';
import { AlertingRig, AT, CASE, MERGE_HOURS } from '../unit/alerting/rig.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { judgeGathering, type ContactNow, type Gone } from '../support/gathering-judge.js';
import { alertRuns, seeded } from '../support/sizes.js';
import { RememberingProvider } from '../unit/alerting/remembering-provider.js';

const PEOPLE = ['an', 'binh', 'chi', 'dung'];
const CASES = [CASE, 'case-2', 'case-3'];
const PHONES = ['+84900000001', '+84900000002'];

type Contacts = Record<string, 1 | 2>;
type Step =
  | { do: 'trace'; contacts: Contacts; caseId: string }
  | { do: 'register'; person: string; phone: string | null }
  | { do: 'retract'; caseId: string }
  | { do: 'confirm'; caseId: string }
  /** A person is exposed again, this many days after everybody else. */
  | { do: 'expose'; person: string; caseId: string; days: number }
  /** A person becomes a case, or stops being one. */
  | { do: 'own'; person: string; live: boolean }
  /** So much time passes that a message no longer covers another case. */
  | { do: 'later' }
  /** Some of the queued jobs run at once, in a process that may die; then the log may be handled again. */
  | {
      do: 'work';
      pick: number;
      atOnce: number;
      events: number;
      dies: { calls: number; after: boolean } | null;
      /** A trace that completes meanwhile. */
      meanwhile: Contacts | null;
    }
  | { do: 'rewind'; events: number }
  /** Everything except messages that wait for others to the same phone. */
  | { do: 'gather' }
  /** The answer to the next message is lost, whether it was sent or not. */
  | { do: 'lose'; loses: 'sent' | 'unsent' };

const contacts: fc.Arbitrary<Contacts> = fc
  .array(fc.constantFrom<0 | 1 | 2>(0, 1, 2), { minLength: PEOPLE.length, maxLength: PEOPLE.length })
  .map((degrees) =>
    Object.fromEntries(
      PEOPLE.flatMap((person, i) => {
        const degree = degrees[i];
        return degree ? [[person, degree]] : [];
      }),
    ),
  );
const work: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('work' as const),
  pick: fc.nat(7),
  atOnce: fc.integer({ min: 1, max: 4 }),
  events: fc.integer({ min: 1, max: 12 }),
  dies: fc.option(fc.record({ calls: fc.integer({ min: 1, max: 25 }), after: fc.boolean() }), { nil: null, freq: 2 }),
  meanwhile: fc.option(contacts, { nil: null, freq: 2 }),
});
/** The second case is rarer, because most errors occur with one. */
const inCase = fc.constantFrom(CASE, CASE, 'case-2');
const inAnyCase = fc.constantFrom(...CASES);
const traced = (of: fc.Arbitrary<string>): fc.Arbitrary<Step> =>
  fc.tuple(contacts, of).map(([found, caseId]) => ({ do: 'trace', contacts: found, caseId }));
/** @param earliest days after everybody else; negative values are before. */
const exposed = (of: fc.Arbitrary<string>, earliest: number): fc.Arbitrary<Step> =>
  fc.record({
    do: fc.constant('expose' as const),
    person: fc.constantFrom(...PEOPLE),
    caseId: of,
    days: fc.integer({ min: earliest, max: 6 }),
  });
const steps = (register: fc.Arbitrary<Step>, weight = 1) =>
  fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: traced(inCase),
      },
      { weight, arbitrary: register },
      { weight: 1, arbitrary: inCase.map((caseId): Step => ({ do: 'retract', caseId })) },
      { weight: 1, arbitrary: inCase.map((caseId): Step => ({ do: 'confirm', caseId })) },
      { weight: 1, arbitrary: fc.constant<Step>({ do: 'later' }) },
      { weight: 10, arbitrary: work },
      { weight: 1, arbitrary: fc.nat(30).map((events): Step => ({ do: 'rewind', events })) },
    ),
    { minLength: 3, maxLength: 40 },
  );

/** Counts how often a phone needed a message because a contact appeared or came closer. */
class Arrivals {
  readonly byPhone = new Map<string, number>();
  readonly #before = new Map<string, number>();

  note(rig: AlertingRig): void {
    for (const caseId of CASES) {
      for (const person of PEOPLE) {
        const phone = rig.phones.get(person);
        const key = `${caseId} ${person} ${phone}`;
        const degree = rig.isContact(person, caseId) ? rig.contacts.get(caseId)?.get(person) : undefined;
        if (!phone || degree === undefined) this.#before.delete(key);
        else {
          if (degree < (this.#before.get(key) ?? Infinity)) {
            this.byPhone.set(phone, (this.byPhone.get(phone) ?? 0) + 1);
          }
          this.#before.set(key, degree);
        }
      }
    }
  }
}

/**
 * Whether the person's last alert for the case was sent, by itself or by the alert on which it relies, and asks for at
 * least as much as the person's degree does.
 */
function isTold(rig: AlertingRig, person: string, caseId: string): boolean {
  const last = rig.alerts(person, caseId).at(-1);
  const telling = last?.status === 'covered' ? rig.alert(last.coveredBy ?? '') : last;
  if (last === undefined || last.status === 'withdrawn' || telling === undefined) return false;
  if (!speaksTo(rig, telling, person, caseId)) return false;
  const degree = rig.contacts.get(caseId)?.get(person) ?? 2;
  return telling.told && stands(telling) && (telling.said ?? telling.request?.degree ?? 2) <= degree;
}

/**
 * Whether the message was about the case, for the same person, or for a person who joined it from a case that it
 * covered.
 */
function speaksTo(rig: AlertingRig, { request, saidOf, joined }: AlertState, person: string, caseId: string): boolean {
  const spokenOf = [request?.caseId ?? '', ...saidOf];
  const told = [...(request ? [request] : []), ...joined.values()].filter((each) => spokenOf.includes(each.caseId));
  return (
    spokenOf.includes(caseId) ||
    told.some(({ personId }) => personId === person) ||
    spokenOf.some((each) => rig.isContact(person, each))
  );
}

/** The cases that a message covered, as noted just before it was sent. */
function casesOf(rig: AlertingRig, id: string): string[] {
  return [caseOf(rig, id), ...(saidBy(rig, id)?.cases ?? [])];
}

function saidBy(rig: AlertingRig, id: string) {
  const noted = rig.store.all.findLast(({ type, data }) => type === 'PhoneMessageAllowed' && data.messageId === id);
  return noted?.type === 'PhoneMessageAllowed' ? noted.data.said : null;
}

/** A case that was retracted repeatedly waits for a person, and nobody gets a message about it. */
function waits(rig: AlertingRig, caseId: string): boolean {
  const last = rig.store.all.findLast(
    ({ type, data }) => (type === 'AlertsHeld' || type === 'AlertsFreed') && data.caseId === caseId,
  );
  return last?.type === 'AlertsHeld';
}

/** The case of an alert or of its withdrawal. */
const caseOf = (rig: AlertingRig, id: string) => rig.alert(id.replace('-withdrawal', '')).request?.caseId ?? '';

/** @param strictly whether to check messages when they are sent, which is impossible when phones change hands. */
async function play(
  phones: readonly (string | null)[],
  script: readonly Step[],
  strictly: boolean,
  rig = new AlertingRig(),
) {
  const arrivals = new Arrivals();
  let changing = false;
  const check = rig.provider.onSend;
  rig.provider.onSend = (message) => {
    check(message);
    const { id, to, text } = message;
    if (changing || !strictly) return;
    const caseId = caseOf(rig, id);
    const cases = id.endsWith('-withdrawal') ? [caseId] : casesOf(rig, id);
    const sharing = PEOPLE.filter(
      (person) => cases.some((each) => rig.isContact(person, each)) && rig.phones.get(person) === to,
    );
    if (id.endsWith('-withdrawal')) {
      // People who were not informed yet get a message after it; people whom it informed must not read that it no
      // longer holds.
      const { joined, request } = rig.alert(id.replace('-withdrawal', ''));
      const relying = [...joined.values(), ...(request ? [request] : [])].filter(
        (each) => rig.isContact(each.personId, each.caseId) && rig.alerts(each.personId, each.caseId).at(-1)?.coveredBy,
      );
      expect(relying.filter((each) => isTold(rig, each.personId, each.caseId))).toEqual([]);
      return expect(sharing.filter((person) => isTold(rig, person, caseId))).toEqual([]);
    }
    expect(sharing.length).toBeGreaterThan(0);
    const told = /(\d+) người dùng số/.exec(text)?.[1];
    // A person who was registered a moment ago may not be counted yet.
    if (!rig.behind) expect(Number(told ?? 1)).toBe(sharing.length);
  };
  for (const [i, phone] of phones.entries()) if (phone) await rig.register(PEOPLE[i] as string, phone);
  for (const caseId of CASES) await rig.confirm(caseId);
  for (const step of script) {
    if (step.do === 'trace') await rig.trace(step.contacts, step.caseId);
    else if (step.do === 'later') rig.now = rig.now + (MERGE_HOURS + 1) * 3_600_000;
    else if (step.do === 'expose') {
      const found = rig.contacts.get(step.caseId);
      const last = formatInstant(readInstant(AT) + step.days * SECONDS_PER_DAY);
      if (found?.has(step.person)) await rig.trace(Object.fromEntries(found), step.caseId, { [step.person]: last });
    } else if (step.do === 'own') {
      const own = caseIdOf(step.person, 'covid-19', 0);
      if (step.live) await rig.confirm(own, step.person);
      else if (rig.live.has(own)) await rig.retract(own);
    } else if (step.do === 'register') await rig.register(step.person, step.phone);
    else if (step.do === 'retract') await rig.retract(step.caseId);
    else if (step.do === 'confirm') await rig.confirm(step.caseId);
    else if (step.do === 'rewind') rig.rewind(step.events);
    else if (step.do === 'gather') await gathered(rig);
    else if (step.do === 'lose') rig.provider.loses = step.loses;
    else {
      await rig.react(step.events);
      if (step.dies) rig.restart({ ...step.dies });
      const queued = [...rig.jobs.keys()];
      const from = queued.length === 0 ? 0 : step.pick % queued.length;
      const run = rig.run([...queued.slice(from), ...queued.slice(0, from)].slice(0, step.atOnce));
      if (step.meanwhile) {
        changing = true;
        await rig.trace(step.meanwhile);
        arrivals.note(rig);
      }
      await run;
      changing = false;
    }
    arrivals.note(rig);
  }
  // Whatever happens to a case always ends with a trace.
  for (const caseId of CASES) {
    await rig.trace(Object.fromEntries(rig.live.has(caseId) ? (rig.contacts.get(caseId) ?? []) : []), caseId);
  }
  arrivals.note(rig);
  await drained(rig);
  return { rig, arrivals };
}

async function gathered(rig: AlertingRig): Promise<void> {
  for (let round = 0; round < 10; round++) {
    await rig.react();
    await rig.run(rig.unbound);
  }
}

/** Runs until nothing is left to do. What may be in progress is checked again when it must be over. */
async function drained(rig: AlertingRig): Promise<void> {
  for (let round = 0; rig.behind || rig.jobs.size > 0; round++) {
    if (round > 500) throw new Error(`still busy: ${[...rig.jobs.keys()].join(', ')}`);
    if (round % 20 === 19) rig.now += SURELY_OVER;
    await rig.react();
    await rig.run([...rig.jobs.keys()]);
  }
}

/** Milliseconds. */
const SURELY_OVER = 91_000;

function checkPeople(rig: AlertingRig): void {
  const ids = rig.provider.messages.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);

  for (const [person, caseId] of PEOPLE.flatMap((each) => CASES.map((of) => [each, of] as const))) {
    const last = rig.alerts(person, caseId).at(-1);
    if (!rig.isContact(person, caseId)) {
      if (last) expect(last.status).toBe('withdrawn');
    } else if (waits(rig, caseId)) {
      // Without a phone, the person gets a visit first.
    } else if (!rig.phones.get(person)) {
      // A person who lost the number after the message was informed all the same.
      if (last?.status !== 'failed') expect(isTold(rig, person, caseId)).toBe(true);
    } else {
      expect(isTold(rig, person, caseId)).toBe(true);
    }
  }
}

/** Holds if nobody's phone changes. */
function checkPhones(rig: AlertingRig, arrivals: Arrivals): void {
  for (const phone of PHONES) {
    const sent = rig.sentTo(phone).map(({ id }) => id);
    const alerts = sent.filter((id) => !id.endsWith('-withdrawal'));
    expect(alerts.length).toBeLessThanOrEqual(arrivals.byPhone.get(phone) ?? 0);
    const people = PEOPLE.filter((person) => rig.phones.get(person) === phone);
    // The last message to a phone is true.
    const contact = (person: string) => CASES.some((caseId) => rig.isContact(person, caseId));
    if (sent.length > 0 && !people.some(contact)) expect(sent.at(-1)).toMatch(/-withdrawal$/);
    // No message stands if nobody on the phone is a contact any more.
    const standing = alerts.filter((id) => rig.alert(id).withdrawal !== 'sent');
    if (!people.some(contact)) expect(standing).toEqual([]);
  }
}

/**
 * @param gathers whether messages that are due for a phone at one time are combined; jobs then wait as the script says.
 */
function rigThat(gathers: boolean): AlertingRig {
  const rig = new AlertingRig();
  rig.gathers = gathers;
  rig.restart();
  return rig;
}

const phone = fc.constantFrom<(string | null)[]>(null, ...PHONES);
const phonesAtFirst = fc.array(phone, { minLength: PEOPLE.length, maxLength: PEOPLE.length });
/** Milliseconds. */
const LIMIT = 120_000 + alertRuns * 50;

describe('alerts, whatever happens in whatever order,', () => {
  it(
    'inform each phone once for every reason, leave nobody uninformed, and take back what no longer applies',
    async () => {
      // Nobody's phone changes; a person without one at first may get one late.
      const late: fc.Arbitrary<Step> = fc
        .record({ person: fc.constantFrom(...PEOPLE), phone: fc.constantFrom(...PHONES) })
        .map((facts) => ({ do: 'register', ...facts }));
      await fc.assert(
        fc.asyncProperty(phonesAtFirst, steps(late), fc.boolean(), async (phones, script, gathers) => {
          const fixed = new Map(phones.map((given, i) => [PEOPLE[i] as string, given]));
          const sound = script.filter((step) => {
            if (step.do !== 'register') return true;
            if (fixed.get(step.person)) return false;
            fixed.set(step.person, step.phone);
            return true;
          });
          const { rig, arrivals } = await play(phones, sound, true, rigThat(gathers));
          checkPeople(rig);
          checkPhones(rig, arrivals);
        }),
        seeded(alertRuns),
      );
    },
    LIMIT,
  );

  it(
    'leave nobody uninformed although phones change hands',
    async () => {
      const any: fc.Arbitrary<Step> = fc
        .record({ person: fc.constantFrom(...PEOPLE), phone })
        .map((facts) => ({ do: 'register', ...facts }));
      await fc.assert(
        fc.asyncProperty(phonesAtFirst, steps(any), fc.boolean(), async (phones, script, gathers) => {
          const { rig } = await play(phones, script, false, rigThat(gathers));
          checkPeople(rig);
        }),
        seeded(alertRuns),
      );
    },
    LIMIT,
  );

  it(
    'respect the daily limit of a phone, lose nothing because of it, and name no earlier day than the one that holds',
    async () => {
      const any: fc.Arbitrary<Step> = fc.oneof(
        fc.record({ do: fc.constant('register' as const), person: fc.constantFrom(...PEOPLE), phone }),
        exposed(inCase, 1),
        exposed(inCase, 1),
        fc.record({ do: fc.constant('own' as const), person: fc.constantFrom(...PEOPLE), live: fc.boolean() }),
      );
      const bound = fc.integer({ min: 1, max: 4 });
      await fc.assert(
        fc.asyncProperty(phonesAtFirst, bound, steps(any, 4), fc.boolean(), async (phones, most, script, gathers) => {
          const rig = rigThat(gathers);
          rig.phoneDaily = most;
          rig.restart();
          const perDay = new Map<string, number>();
          rig.provider.onSend = ({ to }) => {
            const key = `${to} on ${dayAt(rig.now)}`;
            perDay.set(key, (perDay.get(key) ?? 0) + 1);
          };
          await play(phones, script, false, rig);
          for (let mornings = 0; mornings < 8; mornings++) {
            rig.now = nextMorning(rig.now);
            await rig.sweep();
            await rig.drain();
          }
          for (const [key, sent] of perDay) expect({ key, sent }).toEqual({ key, sent: Math.min(sent, most) });
          checkLastWords(rig);
        }),
        seeded(alertRuns),
      );
    },
    LIMIT,
  );
});

describe('The last message to a phone', () => {
  const some: fc.Arbitrary<Step> = fc.oneof(
    traced(inAnyCase),
    exposed(inAnyCase, -3),
    fc.constant<Step>({ do: 'later' }),
    fc.constant<Step>({ do: 'gather' }),
  );

  it(
    'names no earlier day than holds for anybody with that phone, for any case, however late that is found',
    async () => {
      const script = fc.array(some, { minLength: 3, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(phonesAtFirst, script, fc.boolean(), async (phones, steps, gathers) => {
          const { rig } = await play(phones, steps, false, rigThat(gathers));
          checkLastWords(rig);
        }),
        seeded(alertRuns),
      );
    },
    LIMIT,
  );
});

describe('a combined message', () => {
  const some: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ do: fc.constant('register' as const), person: fc.constantFrom(...PEOPLE), phone }),
    traced(inAnyCase),
    exposed(inAnyCase, 1),
    inAnyCase.map((caseId): Step => ({ do: 'retract', caseId })),
    fc.constant<Step>({ do: 'gather' }),
    fc.constantFrom<Step>({ do: 'lose', loses: 'sent' }, { do: 'lose', loses: 'unsent' }),
  );
  const knows = fc.constantFrom({ repeats: true, fates: true }, { repeats: true, fates: false });
  /** With 1, only one case is kept in memory. */
  const kept = fc.constantFrom(300_000, 1);

  it(
    'informs everybody who must be informed, at their own number, once, and stands for nobody else',
    async () => {
      await fc.assert(
        fc.asyncProperty(phonesAtFirst, steps(some, 12), knows, kept, async (phones, script, known, viewsOf) => {
          // If a message may have been sent and its gateway cannot be asked, nothing is certain.
          const provider = new RememberingProvider({ name: 'gateway', knows: known, once: true });
          const rig = new AlertingRig(new MemoryEventStore(), [provider]);
          rig.gathers = true;
          rig.viewsOf = viewsOf;
          rig.restart();
          const gone: Went[] = [];
          provider.onSend = (message) => void gone.push(goneOf(rig, message));
          await play(phones, script, false, rig);
          const counted = gone.map((each) => ({ ...each, ...inTheEnd(rig, each.id) }));
          expect(judgeGathering(counted, contactsOf(rig))).toEqual([]);
        }),
        seeded(alertRuns * 2),
      );
    },
    LIMIT * 2,
  );
});

type InTheEnd = Pick<Gone, 'counted' | 'doubted' | 'visited'>;
type Went = Omit<Gone, keyof InTheEnd>;

function goneOf(rig: AlertingRig, { id, to, text }: Message): Went {
  const { personId: person = '', caseId = '' } = rig.alert(id.replace('-withdrawal', '')).request ?? {};
  const cases = id.endsWith('-withdrawal') ? [] : casesOf(rig, id);
  const { joined } = rig.alert(id);
  const people = PEOPLE.filter((each) => rig.phones.get(each) === to && cases.some((of) => rig.isContact(each, of)));
  const meant = [
    person,
    ...[...joined.values()].flatMap((each) => (cases.includes(each.caseId) ? [each.personId] : [])),
  ];
  return {
    ...{ id, to, of: { person, caseId }, cases, people: new Set(people), meant: new Set(meant) },
    degree: /\(F1\)|hoặc với F1/.test(text) ? 1 : 2,
    until: dayNamed(text),
    count: Number(/(\d+) người dùng số/.exec(text)?.[1] ?? 1),
    certain: !rig.behind,
  };
}

function inTheEnd(rig: AlertingRig, id: string): InTheEnd {
  const said = saidBy(rig, id);
  const { inDoubt, withdrawal } = rig.alert(id.replace('-withdrawal', ''));
  const counted = { degree: said?.degree ?? 2, until: said?.until ?? undefined };
  return { counted, doubted: inDoubt !== null, visited: withdrawal === 'failed' };
}

function contactsOf(rig: AlertingRig): ContactNow[] {
  return PEOPLE.flatMap((person) =>
    CASES.flatMap((caseId): ContactNow[] => {
      const degree = rig.contacts.get(caseId)?.get(person);
      if (degree === undefined || !rig.isContact(person, caseId) || waits(rig, caseId)) return [];
      const exposed = Date.parse(rig.exposed.get(`${caseId} ${person}`) ?? AT);
      const last = dayAt(exposed + DAYS_AFTER * SECONDS_PER_DAY * 1000);
      if (last < dayAt(rig.now)) return [];
      const alert = rig.alerts(person, caseId).at(-1);
      const reliesOn = alert?.coveredBy ?? alert?.request?.alertId;
      const phone = rig.phones.get(person) ?? null;
      return [{ person, caseId, degree, until: degree === 1 ? last : undefined, phone, reliesOn }];
    }),
  );
}

/** Nine o'clock of the next day in Vietnam, in milliseconds. */
const nextMorning = (now: number) => Date.parse(`${dayAt(now + SECONDS_PER_DAY * 1000)}T02:00:00Z`);
/** The day of an instant in Vietnam, such as 2021-08-15. */
const dayAt = (milliseconds: number) => new Date(milliseconds + 7 * 3_600_000).toISOString().slice(0, 10);
/** For F1 by the rules of decision 5053; F2 are followed up for as long. */
const DAYS_AFTER = 14;

/** Compares the last message that each contact with a phone got with what a person would expect. */
function checkLastWords(rig: AlertingRig): void {
  for (const [person, caseId] of PEOPLE.flatMap((each) => CASES.map((of) => [each, of] as const))) {
    const to = rig.phones.get(person);
    if (!to || !rig.isContact(person, caseId) || rig.live.has(caseIdOf(person, 'covid-19', 0))) continue;
    const exposed = Date.parse(rig.exposed.get(`${caseId} ${person}`) ?? AT);
    if (waits(rig, caseId)) continue;
    const last = dayAt(exposed + DAYS_AFTER * SECONDS_PER_DAY * 1000);
    if (last < dayAt(rig.now)) continue;
    expect({ person, caseId, told: isTold(rig, person, caseId) }).toEqual({ person, caseId, told: true });
    const alert = rig.alerts(person, caseId).at(-1);
    const by = alert?.coveredBy ?? alert?.request?.alertId;
    const message = rig.sentTo(to).find(({ id }) => id === by);
    expect({ person, caseId, at: message?.to }).toEqual({ person, caseId, at: to });
    if (rig.contacts.get(caseId)?.get(person) === 1) {
      const named = dayNamed(message?.text ?? '') ?? '';
      expect({ person, caseId, named }).toEqual({ person, caseId, named: named < last ? last : named });
      const read =
        rig
          .sentTo(to)
          .flatMap(({ text }) => dayNamed(text) ?? [])
          .at(-1) ?? '';
      expect({ person, caseId, read }).toEqual({ person, caseId, read: read < last ? last : read });
    }
  }
}

function dayNamed(text: string): string | undefined {
  const [, day, month, year] = /hết ngày (\d\d)\/(\d\d)\/(\d{4})/.exec(text) ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}`;
}
