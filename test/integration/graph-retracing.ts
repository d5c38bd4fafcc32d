import type { DomainEvent } from '../support/events.js';
import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { expectedList } from '../oracle/case-lists.js';
import { registered } from '../support/builders/people.js';
import { reported } from '../support/builders/results.js';
import { checkedOut, placeFacts, textOf, visitFacts } from '../support/graph.js';
import { decision5053, farther, Pipeline, sharing } from '../support/pipeline.js';

const expectedOf = (events: readonly DomainEvent[], person: string, profile = decision5053) =>
  expectedList(events, person, profile);

const stay = (personId: string, placeId: string, from: number, to: number | null): DomainEvent => {
  const visit = {
    ...visitFacts(personId, placeId, from, to ?? from),
    visitId: `${personId} at ${placeId} from ${from}`,
  };
  return { type: 'CheckedIn', data: to === null ? { ...visit, leftAt: null } : visit };
};
const near = (personA: string, personB: string, from: number, to: number): DomainEvent => ({
  type: 'ProximityObserved',
  data: { personA, personB, startedAt: textOf(from), endedAt: textOf(to), distanceMetres: 1 },
});
const livesIn = (personId: string, householdId: string | null) => registered(personId, { householdId });
const isolated = (personId: string, at: number): DomainEvent => ({
  type: 'PersonIsolated',
  data: { personId, startedAt: textOf(at) },
});

const tested = (personId: string, at: number, result: 'positive' | 'negative') =>
  reported(personId, { sampleId: `of ${personId} at ${at}`, collectedAt: textOf(at), result });

/** An is a case, Binh an F1 through the cafe, Chi an F2 through Binh at the market; the ward keeps people for days. */
const BEFORE = [
  { type: 'PlaceRegistered', data: { ...placeFacts('ward'), defaultStayMinutes: 7_200 } },
  stay('An', 'cafe', 0, 60),
  stay('Binh', 'cafe', 30, 90),
  stay('Binh', 'market', 200, 300),
  stay('Chi', 'market', 250, 400),
  stay('Binh', 'ward', 5_000, 5_100),
  stay('Dung', 'pool', 0, 600),
] satisfies DomainEvent[];

/** Giang lives with An; Dung and Em were with An for too short a time to be contacts. */
const TOGETHER = [
  ...BEFORE,
  { type: 'PlaceRegistered', data: { ...placeFacts('pool'), defaultStayMinutes: null } },
  stay('An', 'pool', 595, 598),
  stay('Em', 'cafe', 55, 60),
  livesIn('An', 'blue house'),
  livesIn('Giang', 'blue house'),
  livesIn('Binh', 'red house'),
] satisfies DomainEvent[];

const met = { ...visitFacts('Binh', 'cafe', 30, 90), visitId: 'Binh at cafe from 30' };

/** Cases that events touch are traced again, so every list always equals that of tracing from nothing. */
export function retracing(driverOf: () => Driver): void {
  describe('Cases traced again only when something touches them', () => {
    it.each<[string, DomainEvent]>([
      ['checks in where the case was', stay('Dung', 'cafe', 30, 55)],
      ['checks in where an F1 was', stay('Dung', 'market', 210, 240)],
      ['came days ago to where an F1 was later, and has not left', stay('Dung', 'ward', 100, null)],
      ['was near the case', near('An', 'Dung', 500, 530)],
      ['was near an F1', near('Binh', 'Dung', 500, 530)],
      ['was with the case for less time', checkedOut(met, textOf(31))],
      ['was not with the case', { type: 'VisitCorrected', data: { ...met, placeId: 'pool' } }],
      [
        'was never where an F1 was',
        { type: 'VisitRetracted', data: { personId: 'Chi', visitId: 'Chi at market from 250' } },
      ],
      ['is the case and was isolated', isolated('An', 40)],
      ['is a contact under another record, too', { type: 'PersonMerged', data: { personId: 'Dung', into: 'Binh' } }],
      ['is the case under another record, too', { type: 'PersonMerged', data: { personId: 'Dung', into: 'An' } }],
      ['is an F1 and was isolated', isolated('Binh', 200)],
      ['is an F1 and was found negative after having met others', tested('Binh', 350, 'negative')],
      ['is an F1 and was found negative before having met others', tested('Binh', 150, 'negative')],
      ['is an F1 and was found positive', tested('Binh', 350, 'positive')],
      [
        'stays somewhere for less time than assumed',
        { type: 'PlaceCorrected', data: { ...placeFacts('ward'), defaultStayMinutes: 60 } },
      ],
    ])('find what changes when somebody %s', async (_, event) => {
      await wipe(driverOf());
      const pipeline = new Pipeline(driverOf());
      await pipeline.append(BEFORE);
      await pipeline.confirm('An');
      await pipeline.settle();
      expect((await pipeline.contactsOf('An')).contacts.map(({ person }) => person)).toEqual(['Binh', 'Chi']);
      await pipeline.append([event]);
      await pipeline.settle();
      expect(await pipeline.contactsOf('An')).toEqual(expectedOf([...BEFORE, event], 'An'));
    });

    it.each<[string, DomainEvent]>([
      ['moves in with the case', livesIn('Dung', 'blue house')],
      ['moves out of the household of the case', livesIn('Giang', null)],
      ['moves in with an F1', livesIn('Dung', 'red house')],
      [
        'was on a bus with the case, which becomes known later',
        { type: 'PlaceRegistered', data: { ...placeFacts('cafe'), defaultStayMinutes: null, kind: 'bus' } },
      ],
      [
        'shares a place of a kind whose rule is set later',
        { type: 'PlaceKindRuled', data: { kind: 'shop', stayMinutes: null, closedByNext: null, shares: 'group' } },
      ],
    ])('find what changes about sharing when somebody %s', async (_, event) => {
      await wipe(driverOf());
      const pipeline = new Pipeline(driverOf(), sharing);
      await pipeline.append(TOGETHER);
      await pipeline.confirm('An');
      await pipeline.settle();
      const before = await pipeline.contactsOf('An');
      expect(before).toEqual(expectedOf(TOGETHER, 'An', sharing));
      await pipeline.append([event]);
      await pipeline.settle();
      expect(await pipeline.contactsOf('An')).toEqual(expectedOf([...TOGETHER, event], 'An', sharing));
      expect(await pipeline.contactsOf('An')).not.toEqual(before);
    });

    it('release people whom an F1 met if the F1 turns out negative, and take them back if a later sample is positive', async () => {
      await wipe(driverOf());
      const pipeline = new Pipeline(driverOf());
      await pipeline.append(BEFORE);
      await pipeline.confirm('An');
      await pipeline.append([tested('Binh', 350, 'negative')]);
      await pipeline.settle();
      expect((await pipeline.contactsOf('An')).contacts.map(({ person }) => person)).toEqual(['Binh']);
      await pipeline.append([tested('Binh', 900, 'positive')]);
      await pipeline.settle();
      expect((await pipeline.contactsOf('An')).contacts.map(({ person }) => person)).toEqual(['Binh', 'Chi']);
    });

    it('include what another record of a contact says while the two are merged, and lose nothing afterwards', async () => {
      await wipe(driverOf());
      const pipeline = new Pipeline(driverOf());
      await pipeline.append([...BEFORE, stay('Em', 'pool', 300, 400)]);
      await pipeline.confirm('An');
      await pipeline.settle();
      const before = await pipeline.contactsOf('An');
      await pipeline.append([{ type: 'PersonMerged', data: { personId: 'Em', into: 'Binh' } }]);
      await pipeline.settle();
      expect((await pipeline.contactsOf('An')).contacts.map(({ person }) => person)).toEqual(['Binh', 'Chi', 'Dung']);
      await pipeline.append([{ type: 'PersonUnmerged', data: { personId: 'Em', from: 'Binh' } }]);
      await pipeline.settle();
      expect(await pipeline.contactsOf('An')).toEqual(before);
    });

    it('include people who came into the air that the case had left', async () => {
      await wipe(driverOf());
      const pipeline = new Pipeline(driverOf(), farther);
      await pipeline.append(BEFORE);
      await pipeline.confirm('An');
      await pipeline.settle();
      await pipeline.append([stay('Em', 'cafe', 170, 175)]);
      await pipeline.settle();
      expect((await pipeline.contactsOf('An')).contacts.map(({ person }) => person)).toEqual(['Binh', 'Chi', 'Em']);
    });

    it('are not traced again for changes that affect nobody of theirs', async () => {
      await wipe(driverOf());
      const pipeline = new Pipeline(driverOf());
      await pipeline.append(BEFORE);
      await pipeline.confirm('An');
      await pipeline.settle();
      const { traces } = pipeline;
      await pipeline.append([stay('Dung', 'cafe', 500, 600), near('Dung', 'Em', 0, 10), isolated('Dung', 0)]);
      await pipeline.settle();
      expect(pipeline.traces).toBe(traces);
    });
  });
}
