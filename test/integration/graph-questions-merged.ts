import type { DomainEvent } from '../support/events.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { linesOf, type Fixture, ask } from '../support/asking.js';
import { textOf } from '../support/graph.js';
import {
  DAY,
  DECISION_5053,
  happen,
  near,
  stay,
  tellStory,
  traceAgain,
  type Story,
} from '../support/question-story.js';

const SLOWEST = 120_000;

/** Everyone but Chi has a paper record and an app record. */
const RECORDS = ['An', 'Binh', 'Dung', 'Em'];
const appOf = (person: string) => `${person} app`;
const personOf = (record: string) => record.replace(/ app$/, '');

const EVENTS: DomainEvent[] = [
  stay('An', 'cafe', -DAY, -DAY + 60),
  stay('Binh', 'cafe', -DAY + 10, -DAY + 50),
  stay('Dung', 'cafe', -DAY + 10, -DAY + 40),
  stay('Em', 'cafe', -DAY + 10, -DAY + 30),
  // An's app record was there too, near An's own phone.
  stay('An app', 'cafe', -DAY + 20, -DAY + 70),
  near('An', 'An app', -DAY + 30),
  // Chi meets all of them through their apps, and none of them on paper.
  stay('An app', 'pool', -DAY + 200, -DAY + 300),
  stay('Chi', 'pool', -DAY + 210, -DAY + 260),
  near('An app', 'Chi', -DAY + 250),
  stay('Binh app', 'market', -700, -600),
  stay('Chi', 'market', -650, -500),
  stay('Dung app', 'park', -300, -200),
  stay('Chi', 'park', -300, -200),
  stay('Em app', 'bar', 100, 130),
  stay('Chi', 'bar', 100, 150),
];
const CASES: Story['cases'] = [
  ['An', 0],
  ['An app', DAY],
  ['Chi', 2 * DAY],
  ['Em app', 3 * DAY],
];
const alertTo = (record: string) => ({ alertId: `alert to ${record}`, caseId: 'case of An', personId: record });
const ALERTS: DomainEvent[] = [
  ...['Binh app', 'Dung'].map((record): DomainEvent => ({
    type: 'AlertRequested',
    data: { ...alertTo(record), disease: 'covid-19', degree: 1, sequence: 0 },
  })),
  {
    type: 'AlertSent',
    data: { alertId: 'alert to Binh app', provider: 'outbox', reference: 'r', degree: 1, until: null, cases: [] },
  },
  { type: 'AlertFailed', data: { alertId: 'alert to Dung', reason: 'no-phone', detail: '', provider: null } },
];
const APART: Story = { events: EVENTS, cases: CASES, profile: DECISION_5053, alerts: ALERTS };

const merges = RECORDS.map((person): DomainEvent => ({
  type: 'PersonMerged',
  data: { personId: appOf(person), into: person },
}));
const unmerges = RECORDS.map((person): DomainEvent => ({
  type: 'PersonUnmerged',
  data: { personId: appOf(person), from: person },
}));

/** The fields of events that name a person. */
const NAMES_OF_PEOPLE = new Set(['personId', 'personA', 'personB']);

/** The same story if nobody had ever had two records. */
function withOneRecordEach({ events, cases, alerts, profile }: Story): Story {
  const renamed = ({ type, data }: DomainEvent) => {
    const fields = Object.entries(data).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'string' && NAMES_OF_PEOPLE.has(key) ? personOf(value) : value,
    ]);
    return { type, data: Object.fromEntries(fields) as object } as DomainEvent;
  };
  // A person's own phones are not near each other.
  const met = events
    .map(renamed)
    .filter(({ type, data }) => type !== 'ProximityObserved' || data.personA !== data.personB);
  return {
    events: met,
    cases: cases.map(([name, day]) => [name, day, personOf(name)]),
    alerts: alerts.map(renamed),
    profile,
  };
}

const ASKED: [string, Record<string, string>][] = [
  ...['case of An', 'case of An app', 'case of Em app', 'case of Chi'].flatMap((id): typeof ASKED => [
    ['contacts', { case: id }],
    ['contacts', { case: id, evidence: 'true' }],
    ['sources', { case: id }],
    ['generations', { case: id }],
    ['unreached', { case: id }],
  ]),
  ...['An', 'Binh', 'Chi', 'Dung', 'Em'].map((person): (typeof ASKED)[number] => ['why', { person }]),
  ['common', { disease: 'covid-19' }],
  ['common', { cases: 'case of An,case of Em app,Chi' }],
  ['clusters', {}],
  ['unreached', {}],
  ['chains', { from: 'Em', to: 'An' }],
];

/** All answers, without the people's records and the time of the story. */
async function answersOf(fixture: Fixture): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const [name, given] of ASKED) {
    const answer = await ask(fixture, name, given).catch((error: unknown) => String(error));
    const told = JSON.stringify(answer, (key, value: unknown) =>
      ['records', 'since'].includes(key) ? undefined : value,
    );
    answers[`${name} ${JSON.stringify(given)}`] = JSON.parse(told);
  }
  return answers;
}

/** What a tracing team learns about people with several records. */
export function merged(driverOf: () => Driver): void {
  describe('A tracing team that asks about people with several records', () => {
    let fixture: Fixture;
    beforeAll(async () => {
      fixture = await tellStory(driverOf(), { ...APART, events: [...EVENTS, ...merges] });
    }, SLOWEST);

    it('learns why somebody is a contact, whichever records of the contact and of the case it names', async () => {
      const answer = await ask(fixture, 'why', { person: 'Binh', of: 'An' });
      expect(answer).toMatchObject({
        person: 'Binh',
        records: ['Binh app'],
        items: [{ case: { person: 'An', records: ['An app'] }, person: 'Binh', degree: 1 }],
      });
      for (const person of ['Binh', 'Binh app']) {
        for (const whose of ['An', 'An app']) expect(await ask(fixture, 'why', { person, of: whose })).toEqual(answer);
      }
      // An's app record has its own case, which is equally An's.
      const byId = await ask(fixture, 'why', { person: 'Binh', case: 'case of An' });
      for (const whose of ['An', 'An app']) {
        expect(await ask(fixture, 'why', { person: 'Binh app', case: 'case of An', of: whose })).toEqual(byId);
      }
      const lines = linesOf('why', answer);
      expect(lines).toContain('Binh is the same person as Binh app; the id Binh is used.');
      expect(lines).toContain('An is the same person as An app; the id An is used.');
      await expect(ask(fixture, 'why', { person: 'An app', of: 'An' })).rejects.toThrow("is An's own");
    });

    it.each(['contacts', 'factors', 'sources', 'generations'] as const)(
      'learns the same %s of a case under each record, with the id of its person that counts',
      async (name) => {
        const answer = await ask(fixture, name, { person: 'An' });
        expect(answer).toMatchObject({ case: { person: 'An', records: ['An app'] } });
        expect(await ask(fixture, name, { person: 'An app' })).toEqual(answer);
        expect(linesOf(name, answer)).toContain('An is the same person as An app; the id An is used.');
        // Asking by Em's record finds Em's only case.
        expect(await ask(fixture, name, { person: 'Em' })).toMatchObject({
          case: { id: 'case of Em app', person: 'Em' },
        });
      },
    );

    it('learns chains from and to the person, and none from a person to itself', async () => {
      const given = { from: 'An app', to: 'Dung app' };
      expect(await ask(fixture, 'chains', given)).toEqual(await ask(fixture, 'chains', { from: 'An', to: 'Dung' }));
      await expect(ask(fixture, 'chains', { from: 'An app', to: 'An' })).rejects.toThrow('the same person');
    });

    it('learns each source once, whichever record was met, and never the case itself', async () => {
      const { items } = await ask(fixture, 'sources', { case: 'case of Chi' });
      expect(items).toMatchObject([
        { person: 'An', kind: 'case', cases: ['case of An', 'case of An app'], minutes: 50, places: ['pool'] },
        // Em met An on paper, and Chi and the laboratory by app.
        { person: 'Em', kind: 'case', cases: ['case of Em app'], minutes: 30, places: ['bar'] },
        { person: 'Dung', kind: 'contact', cases: ['case of An', 'case of An app'], places: ['park'] },
        { person: 'Binh', kind: 'contact', cases: ['case of An', 'case of An app'], places: ['market'] },
      ]);
      const own = await ask(fixture, 'sources', { case: 'case of An app' });
      expect(own.items.map(({ person }) => person)).not.toContain('An');
      // People who only met An did not infect An.
      expect(own.items.flatMap(({ cases }) => cases)).not.toContain('case of An');
    });

    it('compares two cases of one person as one', async () => {
      const own = await ask(fixture, 'common', { cases: 'case of An,case of An app' });
      expect(own).toMatchObject({ compared: 1, items: [] });
      const { compared, items } = await ask(fixture, 'common', { cases: 'case of An,case of An app,Em,Chi' });
      expect(compared).toBe(3);
      expect(items).toMatchObject([
        { place: 'pool', cases: ['case of An', 'case of Chi'], minutes: 150 },
        {
          ...{ place: 'cafe', cases: ['case of An', 'case of Em app'], minutes: 90 },
          visits: [
            { person: 'An', from: textOf(-DAY), to: textOf(-DAY + 70) },
            { person: 'Em', from: textOf(-DAY + 10) },
          ],
        },
        { place: 'bar', cases: ['case of Chi', 'case of Em app'] },
      ]);
    });

    it('learns clusters of people, in which two cases of one person are one', async () => {
      expect(await ask(fixture, 'clusters', {})).toMatchObject({
        single: 0,
        items: [
          {
            size: 3,
            cases: [
              { id: 'case of An', person: 'An', also: ['case of An app'] },
              { id: 'case of Chi', person: 'Chi', also: [] },
              { id: 'case of Em app', person: 'Em', also: [] },
            ],
            places: [
              { place: 'bar', cases: 2 },
              { place: 'cafe', cases: 2 },
              { place: 'pool', cases: 2 },
            ],
          },
        ],
      });
      // Until then, only An has cases, and there are two.
      expect(await ask(fixture, 'clusters', { until: textOf(2 * DAY) })).toMatchObject({ single: 1, items: [] });
    });

    it('learns generations of people, in which nobody appears twice', async () => {
      const { items, reproduction } = await ask(fixture, 'generations', { case: 'case of An', mature: '1' });
      expect(items.map(({ person }) => person)).toEqual(['An', 'Chi', 'Em']);
      expect(items).toMatchObject([{ secondary: 2 }, { source: 'case of An' }, { source: 'case of An' }]);
      expect(reproduction).toMatchObject({ counted: 3, number: 0.67 });
    });

    it('learns that a contact has become a case under another record', async () => {
      const { items } = await ask(fixture, 'contacts', { case: 'case of An' });
      expect(items).toContainEqual(expect.objectContaining({ person: 'Em', cases: ['case of Em app'] }));
    });

    it('does not learn that somebody was not informed who was informed under another record', async () => {
      const { items } = await ask(fixture, 'unreached', { case: 'case of An', degree: '1' });
      expect(items).toMatchObject([
        { person: 'Chi', reason: 'no-alert' },
        { person: 'Dung', reason: 'no-phone' },
        { person: 'Em', reason: 'no-alert' },
      ]);
    });
  });

  describe('What a tracing team learns about people with several records', () => {
    it(
      'is what it would learn if nobody had ever had two',
      async () => {
        const expected = await answersOf(await tellStory(driverOf(), withOneRecordEach(APART)));
        const fixture = await tellStory(driverOf(), { ...APART, events: [...EVENTS, ...merges] });
        expect(await answersOf(fixture)).toEqual(expected);
      },
      SLOWEST,
    );

    it(
      'changes with a merge, names nobody twice before the cases are traced again, and is as before after they are separated',
      async () => {
        const fixture = await tellStory(driverOf(), APART);
        const apart = await answersOf(fixture);
        await happen(driverOf(), fixture, merges);
        await namesNobodyTwice(fixture);
        await traceAgain(driverOf(), fixture, CASES);
        const together = await answersOf(fixture);
        const fresh = await tellStory(driverOf(), { ...APART, events: [...EVENTS, ...merges] });
        expect(together).toEqual(await answersOf(fresh));
        expect(together).not.toEqual(apart);
        await happen(driverOf(), fresh, unmerges);
        await traceAgain(driverOf(), fresh, CASES);
        expect(await answersOf(fresh)).toEqual(apart);
      },
      SLOWEST,
    );

    it(
      'is the same as without merges if records are merged into one another',
      async () => {
        const fixture = await tellStory(driverOf(), APART);
        const apart = await answersOf(fixture);
        const back = RECORDS.map((person): DomainEvent => ({
          type: 'PersonMerged',
          data: { personId: person, into: appOf(person) },
        }));
        await happen(driverOf(), fixture, [...merges, ...back]);
        await traceAgain(driverOf(), fixture, CASES);
        expect(await answersOf(fixture)).toEqual(apart);
      },
      SLOWEST,
    );
  });
}

/** Lists use records until the cases are traced again; even so, each person is shown once. */
async function namesNobodyTwice(fixture: Fixture): Promise<void> {
  for (const id of ['case of An', 'case of Chi']) {
    const whole = await ask(fixture, 'contacts', { case: id });
    const people = whole.items.map(({ person }) => String(person));
    expect(people.filter((person) => personOf(person) !== person)).toEqual([]);
    expect(new Set(people).size).toBe(people.length);
    expect(people).not.toContain(id.replace('case of ', ''));
    const counts = whole['counts'] as { count: number }[];
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(people.length);
    const inPages: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await ask(fixture, 'contacts', { case: id, limit: '1', ...(cursor ? { cursor } : {}) });
      expect(page.items).toHaveLength(1);
      inPages.push(...page.items);
      cursor = page.next;
    }
    expect(inPages).toEqual(whole.items);
    // With evidence the list comes from the log, otherwise from the graph.
    const told = await ask(fixture, 'contacts', { case: id, evidence: 'true' });
    expect(told['counts']).toEqual(whole['counts']);
    expect(told.items.map((item) => ({ ...item, places: null, via: null }))).toEqual(whole.items);
  }
  const notTold = await ask(fixture, 'unreached', { case: 'case of An' });
  const people = notTold.items.map(({ person }) => String(person));
  expect(people).not.toContain('Binh');
  expect(new Set(people).size).toBe(people.length);
  for (const record of ['Binh', 'Binh app']) {
    const { items } = await ask(fixture, 'why', { person: record, case: 'case of An' });
    expect(items).toMatchObject([{ person: 'Binh', degree: 1, exposures: [{ source: 'An', person: 'Binh' }] }]);
  }
}
