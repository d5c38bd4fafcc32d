import type { DomainEvent } from '../support/events.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import type { DiseaseProfile } from '../../src/cases/profile.js';
import { builtInProfiles } from '../../src/cases/profiles.js';
import { linesOf, type Fixture, ask } from '../support/asking.js';
import { timeForPeople } from '../../src/platform/times.js';
import { registered } from '../support/builders/people.js';
import { reported } from '../support/builders/results.js';
import { placeFacts, textOf } from '../support/graph.js';
import { DAY, near, stay, tellStory } from '../support/question-story.js';

/** As the question prints times, in the zone of these tests. */
const shown = (minutes: number) => timeForPeople(textOf(minutes), 'UTC');

const SLOWEST = 120_000;

/** All rules that may make a meeting count or not. */
const profile: DiseaseProfile = {
  ...(builtInProfiles().find(({ id }) => id === 'measles-who') as DiseaseProfile),
  ...{ id: 'measles-of-tests', version: 1, authority: 'own', greatestDegree: 2 },
  ...{ minimumMinutes: 10, withinHours: 4, distanceMetres: 2, lingeringMinutes: 60, seatRows: 2 },
};

const foundNegative = (personId: string, at: number) =>
  reported(personId, { disease: 'measles', result: 'negative', collectedAt: textOf(at) });

/** An is at the cafe with everyone who is F1, and each of them meets somebody more than once. */
const EVENTS: DomainEvent[] = [
  stay('An', 'cafe', -DAY, -DAY + 60),
  ...['Binh', 'Chi', 'Dung', 'Em', 'Giang'].map((person) => stay(person, 'cafe', -DAY, -DAY + 30)),
  // Arrives after An has left.
  stay('Huy', 'cafe', -DAY + 90, -DAY + 110),
  // Is there with An, and stays longer.
  stay('Khanh', 'cafe', -DAY + 50, -DAY + 80),

  // Binh leaves the ward at an unknown time, and later the shop, around midnight.
  stay('Binh', 'ward', -700, null),
  stay('by air', 'ward', -600, -585),
  stay('Binh', 'shop', -40, -20),
  stay('over midnight', 'shop', -10, 15),

  // Chi is isolated when exposed, and later released.
  { type: 'PersonIsolated', data: { personId: 'Chi', startedAt: textOf(-DAY - 60) } },
  {
    type: 'PersonReleased',
    data: { personId: 'Chi', startedAt: textOf(-DAY - 60), endedAt: textOf(-800) },
  },
  stay('Chi', 'home', -1000, -900),
  stay('after release', 'home', -1000, -900),
  stay('Chi', 'pool', -700, -600),
  stay('after release', 'pool', -650, -600),

  // Dung cannot transmit anything before the sample.
  stay('Dung', 'school', -1000, -900),
  stay('after the sample', 'school', -1000, -900),
  foundNegative('Dung', -800),
  stay('Dung', 'park', -700, -600),
  stay('after the sample', 'park', -630, -600),

  // Em first has a distant seat, and is later measured at a distance.
  stay('Em', 'bus', -700, -600, '1A'),
  stay('nearer', 'bus', -700, -600, '9A'),
  near('Em', 'nearer', -500, 5),
  near('Em', 'nearer', -400, 1),

  // Giang meets somebody long before, and then twice for half of the required time.
  stay('Giang', 'stop', -1300, -1294),
  stay('little by little', 'stop', -1300, -1294),
  stay('Giang', 'stop', -700, -694),
  stay('little by little', 'stop', -700, -694),
  stay('Giang', 'stop', -600, -594),
  stay('little by little', 'stop', -600, -594),
  stay('Giang', 'stop', -500, -494),
  stay('little by little', 'stop', -500, -494),

  // Two records: one was at the library, and one met Giang.
  stay('Giang', 'library', -300, -200),
  stay('Lan at the library', 'library', -300, -250),
  stay('Lan', 'elsewhere', -300, -250),
  { type: 'PersonMerged', data: { personId: 'Lan at the library', into: 'Lan' } },

  // One lives with An, one rode with An and one worked with An; the last two for too short a time to be contacts by
  // meeting.
  ...['An', 'lodger'].map((person) => registered(person, { householdId: 'red house' })),
  { type: 'PlaceRegistered', data: { ...placeFacts('coach 7'), kind: 'Coach', defaultStayMinutes: null } },
  stay('An', 'coach 7', -300, -290),
  stay('rider', 'coach 7', -292, -290),
  { type: 'PlaceRegistered', data: { ...placeFacts('mill'), kind: 'factory', defaultStayMinutes: null } },
  stay('An', 'mill', -200, -100),
  stay('colleague', 'mill', -205, -195),
];

/** Why somebody is a contact, when a trace counts more or less than two people at one place. */
export function evidence(driverOf: () => Driver): void {
  describe('Why somebody is a contact', () => {
    let fixture: Fixture;
    beforeAll(async () => {
      fixture = await tellStory(driverOf(), { events: EVENTS, cases: [['An', 0]], profile, alerts: [] });
    }, SLOWEST);

    /** What the answer shows of the last step down from the case. */
    const last = async (person: string) => {
      const { items } = await ask(fixture, 'why', { person });
      const exposures = (items[0]?.['exposures'] ?? []) as Record<string, unknown>[];
      return exposures.filter((each) => each['person'] === person);
    };

    it('is shown for a person who came after the contact had left, with how long the air stays infectious', async () => {
      expect(await last('by air')).toMatchObject([
        {
          ...{ source: 'Binh', place: 'ward', from: textOf(-600), to: textOf(-585), lingering: true },
          imputed: ['Binh'],
          text:
            `by air came to ward 40 minutes after Binh, who is F1, had left, whose air stays infectious for up to ` +
            `60 minutes under measles-of-tests version 1, and was there from ${shown(-600)} until ${shown(-585)}, ` +
            `for 15 minutes, which makes by air F2, where no check-out is known and the end of Binh's stay is imputed.`,
        },
      ]);
    });

    it('is shown as one meeting for a person who came before midnight and stayed', async () => {
      expect(await last('over midnight')).toMatchObject([
        { from: textOf(-10), to: textOf(15), text: expect.stringContaining('10 minutes after Binh, who is F1, had') },
      ]);
    });

    it('is shown for an F1 who came after the case had left, or stayed', async () => {
      expect(await last('Huy')).toMatchObject([
        {
          ...{ source: 'An', from: textOf(-DAY + 90), to: textOf(-DAY + 110), lingering: true, imputed: [] },
          text: expect.stringMatching(/^Huy came to cafe 30 minutes after An, the measles case case of An, had left, /),
        },
      ]);
      expect(await last('Khanh')).toMatchObject([
        { lingering: false, from: textOf(-DAY + 50), to: textOf(-DAY + 60) },
        {
          ...{ lingering: true, from: textOf(-DAY + 60), to: textOf(-DAY + 80) },
          text: expect.stringMatching(/^Khanh stayed at cafe after An, the measles case case of An, had left, /),
        },
      ]);
    });

    it('is shown for a person who shares a household or a vehicle, however short they met', async () => {
      const lodger = await ask(fixture, 'why', { person: 'lodger' });
      expect(lodger.items).toMatchObject([{ degree: 1, minutes: 0, shared: ['household'], exposures: [] }]);
      expect(linesOf('why', lodger)).toContainEqual(
        '  lodger shares a household with An, which alone makes lodger F1 under measles-of-tests version 1.',
      );
      const rider = await ask(fixture, 'why', { person: 'rider' });
      expect(rider.items).toMatchObject([{ degree: 1, shared: ['vehicle'], exposures: [{ place: 'coach 7' }] }]);
    });

    it('says that a factor is not a contact, and names everyone with whom it is shared', async () => {
      await expect(ask(fixture, 'why', { person: 'colleague', of: 'An' })).rejects.toThrow(
        'colleague is not a contact of An (case case of An), but has an epidemiological factor: the same group.',
      );
      const found = await ask(fixture, 'factors', { person: 'An' });
      expect(found).toMatchObject({
        items: [{ person: 'colleague', shared: ['group'], since: textOf(-200) }],
        next: null,
      });
      expect(linesOf('factors', found)).toEqual([`  colleague: the same group, from ${textOf(-200)}`]);
    });

    it('leaves out meetings while the contact was isolated', async () => {
      expect(await last('after release')).toMatchObject([{ source: 'Chi', place: 'pool', from: textOf(-650) }]);
    });

    it('leaves out meetings before a negative sample', async () => {
      expect(await last('after the sample')).toMatchObject([{ source: 'Dung', place: 'park', from: textOf(-630) }]);
    });

    it('leaves out distant seats, and proximity at too great a distance', async () => {
      expect(await last('nearer')).toMatchObject([{ source: 'Em', place: null, from: textOf(-400), minutes: 10 }]);
    });

    it('shows as many meetings as are needed for the minutes, and none from long before', async () => {
      expect(await last('little by little')).toMatchObject([
        { source: 'Giang', from: textOf(-700), minutes: 6 },
        { source: 'Giang', from: textOf(-600), minutes: 6 },
      ]);
    });

    it('counts all records of a person, whichever of them is asked about', async () => {
      const exposures = await last('Lan');
      expect(exposures).toMatchObject([{ source: 'Giang', place: 'library', minutes: 50 }]);
      expect(await ask(fixture, 'why', { person: 'Lan at the library' })).toEqual(
        await ask(fixture, 'why', { person: 'Lan' }),
      );
    });
  });
}
