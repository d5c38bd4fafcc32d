import type { DomainEvent } from '../support/events.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Driver } from 'neo4j-driver';
import { formatInstant } from '../../src/kernel/instant.js';
import { fixtureOf, type Fixture, ask, type Answer } from '../support/asking.js';
import { Neo4jIds } from '../../src/contact-graph/known-ids.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { passedBy } from '../oracle/chains.js';
import { history, whoIs, worldAfter } from '../oracle/facts.js';
import type { World } from '../oracle/oracle.js';
import { MIDNIGHT, PEOPLE, PLACES } from '../oracle/worlds.js';
import { textOf } from '../support/graph.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { append, DAY, happen, project, stay, tellStory } from '../support/question-story.js';
import { limit, runs, seeded } from '../support/sizes.js';

/** Milliseconds for one test on a busy machine. */
const SLOWEST = limit(120_000);

/** The questions of a tracing team, on the real graph. */
export function questions(driverOf: () => Driver): void {
  describe('A tracing team that asks the graph', () => {
    let fixture: Fixture;
    beforeAll(async () => {
      fixture = await tellStory(driverOf());
    }, SLOWEST);

    it('sees the contacts of a case page by page', async () => {
      const first = await ask(fixture, 'contacts', { person: 'An', limit: '2' });
      expect(first).toMatchObject({
        case: { id: 'case of An', anchor: textOf(0), from: textOf(-3 * DAY), until: null },
        counts: [
          { degree: 1, count: 3 },
          { degree: 2, count: 2 },
        ],
        items: [
          {
            person: 'Binh',
            degree: 1,
            first: textOf(-DAY + 20),
            last: textOf(-DAY + 60),
            minutes: 40,
            cases: ['case of Binh'],
            rule: 'covid-19-vn-5053@1',
          },
          { person: 'Em', degree: 1, minutes: 20, cases: [] },
        ],
      });
      const second = await ask(fixture, 'contacts', { person: 'An', limit: '3', cursor: first.next ?? '' });
      expect(second).toMatchObject({
        items: [
          { person: 'Giang', degree: 1 },
          { person: 'Chi', degree: 2 },
          { person: 'Huy', degree: 2 },
        ],
        next: null,
      });
    });

    it('learns why somebody is an F1, with each meeting, the rule and imputed ends, in a sentence', async () => {
      const { items } = await ask(fixture, 'why', { person: 'Binh', of: 'An' });
      expect(items).toMatchObject([
        {
          degree: 1,
          minutes: 40,
          rule: { profile: 'covid-19-vn-5053', version: 1 },
          exposures: [
            {
              source: 'An',
              person: 'Binh',
              place: 'cafe',
              from: textOf(-DAY + 20),
              to: textOf(-DAY + 60),
              minutes: 40,
              imputed: ['Binh'],
              text:
                'Binh was with An, the covid-19 case case of An, at cafe from 2021-08-01 00:20:00+00:00 until ' +
                '2021-08-01 01:00:00+00:00, for 40 minutes, which makes Binh F1 under covid-19-vn-5053 version 1, where no ' +
                "check-out is known and the end of Binh's stay is imputed.",
            },
          ],
        },
      ]);
    });

    it('learns for an F2 the people down from the case, and for a person every case of which they are a contact', async () => {
      const { items } = await ask(fixture, 'why', { person: 'Chi' });
      expect(items).toMatchObject([
        { case: { id: 'case of Binh' }, degree: 1 },
        {
          case: { id: 'case of An' },
          degree: 2,
          via: expect.arrayContaining(['Binh']),
          exposures: [
            { source: 'An', person: 'Binh', place: 'cafe' },
            { source: 'Binh', person: 'Chi', place: 'market', from: textOf(-650), to: textOf(-600), minutes: 50 },
          ],
        },
      ]);
      await expect(ask(fixture, 'why', { person: 'Dung', of: 'An' })).rejects.toThrow('Dung is not a contact of An');
    });

    it('learns of meetings by phone, and for an F1 only those before its isolation', async () => {
      const { items } = await ask(fixture, 'why', { person: 'Huy', case: 'case of An' });
      expect(items[0]?.['exposures']).toMatchObject([
        { source: 'An', person: 'Giang', place: null, minutes: 10, text: expect.stringContaining('by their phones') },
        { source: 'Giang', person: 'Huy', place: null, from: textOf(-DAY + 400), to: textOf(-DAY + 404), minutes: 4 },
      ]);
    });

    it('learns the chains from one person to another', async () => {
      const { chains } = await ask(fixture, 'chains', { from: 'An', to: 'Chi' });
      expect(chains).toMatchObject([
        {
          hops: 2,
          received: textOf(-650),
          steps: [
            { to: 'Binh', place: 'cafe' },
            { to: 'Chi', place: 'market' },
          ],
        },
        {
          hops: 2,
          received: textOf(-300),
          steps: [
            { to: 'Em', place: 'cafe' },
            { to: 'Chi', place: 'park' },
          ],
        },
      ]);
      expect(await ask(fixture, 'chains', { from: 'case of An', to: 'case of Chi' })).toMatchObject({
        after: textOf(-3 * DAY),
        before: textOf(5 * DAY),
        chains,
      });
      expect(await ask(fixture, 'chains', { from: 'Chi', to: 'An' })).toMatchObject({ chains: [] });
      await expect(ask(fixture, 'chains', { from: 'An', to: 'Nobody' })).rejects.toThrow('Nobody');
    });

    it('learns from whom a case may have been infected: cases first, then contacts of cases', async () => {
      const { items } = await ask(fixture, 'sources', { person: 'Chi' });
      expect(items).toMatchObject([
        { person: 'Binh', kind: 'case', cases: ['case of Binh'], minutes: 50, places: ['market'] },
        { person: 'Em', kind: 'contact', cases: ['case of An', 'case of Binh'], minutes: 100, places: ['park'] },
      ]);
      // Chi met nobody in the five days before falling ill.
      expect((await ask(fixture, 'sources', { person: 'Chi', longest: '5', shortest: '1' })).items).toEqual([]);
    });

    it('learns where several cases were before they fell ill', async () => {
      const { items, compared } = await ask(fixture, 'common', { cases: 'An,case of Binh,Chi' });
      expect(compared).toBe(3);
      expect(items).toMatchObject([
        { place: 'market', cases: ['case of Binh', 'case of Chi'], minutes: 250 },
        { place: 'cafe', cases: ['case of An', 'case of Binh'], minutes: 120, first: textOf(-DAY) },
      ]);
      expect((await ask(fixture, 'common', { disease: 'covid-19', until: textOf(-DAY + 90) })).items).toMatchObject([
        { place: 'cafe' },
      ]);
    });

    it('learns who was not informed, and why', async () => {
      const expected = [
        ['case of An', 'Chi', 'no-alert'],
        ['case of An', 'Em', 'no-phone'],
        ['case of An', 'Giang', 'no-alert'],
        ['case of An', 'Huy', 'no-alert'],
        ['case of Binh', 'An', 'no-alert'],
        ['case of Binh', 'Chi', 'no-alert'],
        ['case of Binh', 'Em', 'no-alert'],
        ['case of Binh', 'Giang', 'no-alert'],
      ];
      const found: unknown[][] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Answer = await ask(fixture, 'unreached', { limit: '2', ...(cursor ? { cursor } : {}) });
        found.push(...page.items.map((each) => [each['case'], each['person'], each['reason']]));
        cursor = page.next;
      }
      expect(found).toEqual(expected);
      const { items } = await ask(fixture, 'unreached', { case: 'case of An', degree: '1' });
      expect(items.map(({ person }) => person)).toEqual(['Em', 'Giang']);
    });

    it('learns which cases are connected', async () => {
      expect(await ask(fixture, 'clusters', {})).toMatchObject({
        single: 0,
        items: [{ size: 3, first: textOf(0), last: textOf(5 * DAY), places: [{ place: 'cafe' }, { place: 'market' }] }],
      });
      expect(await ask(fixture, 'clusters', { until: textOf(1) })).toMatchObject({ single: 1, items: [] });
    });

    it('learns the generations that descend from a case, and how many people each case has infected', async () => {
      const answer = await ask(fixture, 'generations', { person: 'An', mature: '10' });
      expect(answer).toMatchObject({
        generations: [
          { generation: 0, cases: 1 },
          { generation: 1, cases: 1 },
          { generation: 2, cases: 1 },
        ],
        reproduction: { number: 1, counted: 2, young: 1 },
        items: [{ person: 'An' }, { person: 'Binh', source: 'case of An' }, { person: 'Chi', source: 'case of Binh' }],
      });
    });

    it('is told if a case, a place or a person is unknown', async () => {
      const nobody: [string, Record<string, string>][] = [
        ['contacts', { person: 'Dung' }],
        ['why', { person: 'Nobody' }],
        ['at', { place: 'nowhere', from: textOf(0), until: textOf(1) }],
        ['sources', { case: 'none' }],
        ['common', { cases: 'An,Nobody' }],
        ['unreached', { case: 'none' }],
        ['generations', { person: 'Nobody' }],
      ];
      for (const [name, given] of nobody) await expect(ask(fixture, name, given)).rejects.toThrow(/no|Nothing/);
    });
  });

  describe('A tracing team that asks a graph of other events', () => {
    it(
      'learns everyone at a place, and the same chains as by going through all stays one by one',
      async () => {
        let present = 0;
        let merged = 0;
        let chains = 0;
        const pair = fc.uniqueArray(fc.constantFrom(...PEOPLE), { minLength: 2, maxLength: 2 });
        const window = fc.tuple(fc.integer({ min: -200, max: 100 }), fc.integer({ min: 1, max: 2_000 }));
        await fc.assert(
          fc.asyncProperty(history, pair, window, async (events, [from, to], [begin, length]) => {
            await wipe(driverOf());
            const store = new MemoryEventStore();
            await append(store, events);
            await project(driverOf(), store);
            const fresh = fixtureOf(driverOf(), store);
            const world = worldAfter(events);
            const who = whoIs(events);
            const several = new Set(PEOPLE.filter((record) => who(record) !== record).map(who));
            const [after, before] = [MIDNIGHT + begin * 60, MIDNIGHT + (begin + length) * 60];
            for (const place of PLACES) {
              const expected = asShown(world.stays, place, several)
                .filter((each) => each.from < before && each.to > after)
                .map((each) => `${each.person} ${formatInstant(each.from)} ${formatInstant(each.to)}`);
              const found = await allAt(fresh, place, formatInstant(after), formatInstant(before));
              expect(found.sort()).toEqual(expected.sort());
              present += expected.length;
              merged += expected.filter((each) => several.has(each.split(' ')[0] ?? '')).length;
            }
            const known = await Promise.all([from, to].map((id) => new Neo4jIds(fresh.driver).knowsPerson(id ?? '')));
            if (known.includes(false) || who(from ?? '') === who(to ?? '')) return;
            const asked = { from: from ?? '', to: to ?? '', after, before, maxHops: 4 };
            const times = { from_time: formatInstant(after), until_time: formatInstant(before) };
            const answer = await ask(fresh, 'chains', { from: asked.from, to: asked.to, ...times, limit: '100' });
            const found = answer['chains'] as { received: string; steps: { from: string }[] }[];
            const earliest = new Map<string, string>();
            for (const { received, steps } of found) {
              const last = steps.at(-1)?.from ?? '';
              if (received < (earliest.get(last) ?? 'later')) earliest.set(last, received);
            }
            const expected = [...passedBy(world, { ...asked, from: who(asked.from), to: who(asked.to) })].map(
              ([id, at]) => [id, formatInstant(at)] as const,
            );
            expect(earliest).toEqual(new Map(expected));
            chains += found.length;
          }),
          { ...seeded(runs(15)), interruptAfterTimeLimit: limit(40_000) },
        );
        expect(present).toBeGreaterThan(runs(4));
        expect(merged).toBeGreaterThan(runs(1) - 1);
        expect(chains).toBeGreaterThan(runs(1) - 1);
      },
      SLOWEST,
    );

    it('sees a person with several records at a place once, under the id that counts, page by page', async () => {
      await wipe(driverOf());
      const store = new MemoryEventStore();
      await append(store, [
        stay('An', 'market', 0, 60),
        stay('An by phone', 'market', 30, 90),
        stay('An on paper', 'market', 80, null),
        stay('An on paper', 'market', 200, 220),
        stay('Binh', 'market', 10, 20),
        stay('Binh', 'market', 15, 30),
        stay('Chi on paper', 'market', 40, 50),
        ...['An by phone', 'An on paper'].map((personId): DomainEvent => ({
          type: 'PersonMerged',
          data: { personId, into: 'An' },
        })),
        { type: 'PersonMerged', data: { personId: 'Chi on paper', into: 'Chi' } },
      ]);
      await project(driverOf(), store);
      const fresh = fixtureOf(driverOf(), store);
      const given = { place: 'market', from: textOf(0), until: textOf(DAY) };
      const { items } = await ask(fresh, 'at', given);
      expect(items).toEqual([
        { person: 'An', from: textOf(0), to: textOf(140), imputed: true },
        { person: 'Binh', from: textOf(10), to: textOf(20), imputed: false },
        { person: 'Binh', from: textOf(15), to: textOf(30), imputed: false },
        { person: 'Chi', from: textOf(40), to: textOf(50), imputed: false },
        { person: 'An', from: textOf(200), to: textOf(220), imputed: false },
      ]);
      const inPages: unknown[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: Answer = await ask(fresh, 'at', { ...given, limit: '1', ...(cursor ? { cursor } : {}) });
        expect(page.items).toHaveLength(1);
        inPages.push(...page.items);
        cursor = page.next;
      }
      expect(inPages).toEqual(items);
      // If only one of the records overlaps the window, the whole stay is shown.
      expect((await ask(fresh, 'at', { ...given, from: textOf(100), until: textOf(110) })).items).toEqual([items[0]]);
    });

    it('sees people as informed if they rely on a message that is valid, although it was withdrawn for its own person', async () => {
      const fresh = await tellStory(driverOf());
      const chi = { alertId: 'alert of Chi', caseId: 'case of An', personId: 'Chi' };
      const untold = async () => {
        const { items } = await ask(fresh, 'unreached', { case: 'case of An', degree: '2' });
        return items.map(({ person }) => person);
      };
      expect(await untold()).toEqual(['Chi', 'Huy']);
      await happen(driverOf(), fresh, [
        { type: 'AlertRequested', data: { ...chi, disease: 'covid-19', degree: 2, sequence: 0 } },
        { type: 'AlertCovered', data: { alertId: chi.alertId, by: 'alert of Binh' } },
        { type: 'AlertWithdrawn', data: { alertId: 'alert of Binh', told: true } },
        { type: 'WithdrawalHeld', data: { alertId: 'alert of Binh', by: chi.alertId } },
      ]);
      expect(await untold()).toEqual(['Huy']);
      const sent = { alertId: 'alert of Binh', provider: 'outbox', reference: 's' };
      await happen(driverOf(), fresh, [{ type: 'WithdrawalSent', data: sent }]);
      expect(await untold()).toEqual(['Chi', 'Huy']);
    });
  });
}

/** Stays at a place as they are shown: overlapping stays of several records of a person are one. */
function asShown(stays: World['stays'], place: string, several: ReadonlySet<string>): World['stays'] {
  const shown: World['stays'] = [];
  for (const each of stays.filter((one) => one.place === place && one.from < one.to).sort((a, b) => a.from - b.from)) {
    const before = shown.find((one) => one.person === each.person && several.has(one.person) && one.to > each.from);
    if (before) before.to = Math.max(before.to, each.to);
    else shown.push({ ...each });
  }
  return shown;
}

/** Reads the answer in pages of three. */
async function allAt(fixture: Fixture, place: string, from: string, until: string): Promise<string[]> {
  if (!(await new Neo4jIds(fixture.driver).knowsPlace(place))) return [];
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const given: Record<string, string> = { place, from, until, limit: '3', ...(cursor ? { cursor } : {}) };
    const page: Answer = await ask(fixture, 'at', given);
    found.push(...page.items.map((each) => `${String(each['person'])} ${String(each['from'])} ${String(each['to'])}`));
    cursor = page.next;
  }
  return found;
}
