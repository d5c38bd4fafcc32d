import type { DomainEvent } from '../support/events.js';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Driver } from 'neo4j-driver';
import type { DiseaseProfile } from '../../src/cases/profile.js';
import { formatInstant } from '../../src/kernel/instant.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { builtInProfiles } from '../../src/cases/profiles.js';
import { worldAfter } from '../oracle/facts.js';
import { expectedContacts } from '../oracle/oracle.js';
import { expectedEvidence, nameOf, type Held, type Known, type Sample } from '../oracle/results.js';
import { questionOf } from '../oracle/worlds.js';
import { deadline, ENOUGH } from '../support/deadline.js';
import { countIn, openWriter, placeFacts, positionAt, recorded } from '../support/graph.js';
import { Pipeline } from '../support/pipeline.js';
import { heldAfter, liveCases, resultEvent, type Reported } from '../support/results-run.js';
import { assertWithSeeds } from '../support/seeds.js';
import { limit, runs, seeded } from '../support/sizes.js';

const letter = builtInProfiles().find(({ id }) => id === 'covid-19-vn-11042') as DiseaseProfile;
/** Rapid tests in letter 11042: one test confirms an F1; others with a factor need symptoms or a second test. */
const RULE = { ofContacts: true, withFactor: false, withSymptoms: true, repeatedWithinHours: 8, factorNeeded: true };
const RULES = { rapid: () => RULE, followUpDays: 14 };
/** People meet in the hours after this, and are tested on the next day. */
const START = Date.parse('2022-01-10T08:00:00Z') / 1000;
const TESTED = START + 86_400;
const HOUR = 3_600;
const DAY = 86_400;
const PEOPLE = ['An', 'Binh', 'Chi', 'Dung'];
const person = fc.constantFrom(...PEOPLE);

/** Riders of a bus have a factor; a meeting of a quarter of an hour makes a contact at any place. */
const PLACES: DomainEvent[] = ['cafe', 'bus'].map((id) => ({
  type: 'PlaceRegistered',
  data: { ...placeFacts(id), kind: id === 'bus' ? 'bus' : 'shop', defaultStayMinutes: null },
}));
const visit: fc.Arbitrary<DomainEvent> = fc
  .record({
    personId: person,
    placeId: fc.constantFrom('cafe', 'bus'),
    from: fc.constantFrom(0, 10, 30),
    minutes: fc.constantFrom(8, 20, 60),
  })
  .map(({ from, minutes, ...who }) => ({
    type: 'VisitCorrected',
    data: {
      ...{ ...who, visitId: `${who.personId} at ${who.placeId}`, seat: null },
      arrivedAt: formatInstant(START + from * 60),
      leftAt: formatInstant(START + (from + minutes) * 60),
    },
  }));
const retracted: fc.Arbitrary<DomainEvent> = fc
  .record({ personId: person, placeId: fc.constantFrom('cafe', 'bus') })
  .map(({ personId, placeId }) => ({
    type: 'VisitRetracted',
    data: { personId, visitId: `${personId} at ${placeId}` },
  }));
const sample: fc.Arbitrary<Sample> = fc
  .record({
    hours: fc.constantFrom(0, 5, 9),
    outcome: fc.constantFrom('positive' as const, 'positive' as const, 'positive' as const, 'negative' as const),
    method: fc.constantFrom('antigen' as const, 'antigen' as const, 'pcr' as const),
    pool: fc.constantFrom(1, 1, 1, 1, 5),
    ill: fc.constantFrom(null, null, TESTED - HOUR),
  })
  .map(({ hours, ill, ...rest }) => {
    const at = TESTED + hours * HOUR;
    return { ...rest, disease: 'covid-19', at, reportedAt: at, onset: ill };
  });
const said: fc.Arbitrary<Reported> = fc.record({
  type: fc.constant('said' as const),
  sample: fc.constantFrom('s1', 's2'),
  person,
  laboratory: fc.constant(true),
  result: fc.oneof(
    { weight: 5, arbitrary: sample },
    {
      weight: 1,
      arbitrary: sample.map(({ disease, reportedAt }) => ({ disease, reportedAt, outcome: 'retracted' as const })),
    },
  ),
});
const step = fc.oneof(
  { weight: 2, arbitrary: visit },
  { weight: 1, arbitrary: retracted },
  { weight: 4, arbitrary: said },
);
/** At the beginning, three people sit together and a case rides with a fourth. */
const BEGINNING = fc.sample(visit, { numRuns: 6, seed: 3 });

const isSaid = (each: DomainEvent | Reported): each is Reported => each.type === 'said';
const eventOf = (each: DomainEvent | Reported) => (isSaid(each) ? (resultEvent(each) as DomainEvent) : each);

/** The ties between people after these facts, as the trace's own oracle derives them. */
function knownAfter(facts: readonly (DomainEvent | Reported)[]): Known {
  const world = worldAfter(facts.map(eventOf));
  const ties: Known['ties'] = (one, other, _disease, evidence: readonly Held[]) => {
    const earliest = (instants: readonly (number | null)[]) => Math.min(...instants.map((at) => at ?? Infinity));
    const onset = earliest(evidence.map((each) => each.onset));
    const anchorAt = onset === Infinity ? earliest(evidence.map(({ at }) => at)) : onset;
    const question = questionOf(letter, { person: other, from: anchorAt - 2 * DAY, until: null, anchorAt });
    const { degrees, factors } = expectedContacts(world, question);
    const contacts = degrees.flatMap((found, i) => found.map((each) => ({ ...each, degree: i + 1 })));
    return [
      ...contacts.filter((each) => each.person === one),
      ...factors.filter((each) => each.person === one).map(({ since }) => ({ degree: null, first: since, last: null })),
    ];
  };
  return { results: heldAfter(facts.filter(isSaid)), ties };
}

/** Results, rapid tests and visits open and close cases, and these link others to them in turn. */
export function results(driverOf: () => Driver): void {
  describe('A result that was retracted before it was known', () => {
    it('is not a test of the person, whether they were known or not, until it is reported again', async () => {
      await wipe(driverOf());
      const writer = await openWriter(driverOf());
      const reported = (minutes: number): DomainEvent =>
        resultEvent({
          ...{ type: 'said', sample: 's', person: 'An', laboratory: true },
          result: {
            ...{ disease: 'covid-19', at: START, reportedAt: START + minutes * 60, outcome: 'positive' },
            ...{ method: 'pcr', pool: 1, onset: null },
          },
        }) as DomainEvent;
      const taken = { disease: 'covid-19', reportedAt: START + 600, outcome: 'retracted' as const };
      const retraction = resultEvent({ type: 'said', sample: 's', person: 'An', laboratory: true, result: taken });
      const positives = () =>
        countIn(
          driverOf(),
          "MATCH (t:Test {outcome: 'positive'})-[:OF]->(:Person {id: 'An'}) RETURN count(t) AS count",
        );
      let at = 0;
      const write = async (event: DomainEvent) => {
        at++;
        await writer.write({ events: recorded([event], at), position: positionAt(at) });
        await writer.settle();
      };
      await write(retraction as DomainEvent);
      await write(reported(0));
      expect(await positives()).toBe(0);
      await write(reported(60));
      expect(await positives()).toBe(1);
    });
  });

  describe('Cases that results open and close', () => {
    it(
      'are based on the samples that the rules name, whichever contacts traces find',
      async () => {
        const counts = { steps: 0, rapid: 0, waiting: 0 };
        const until = deadline(ENOUGH);
        await assertWithSeeds(
          fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
            if (until.passed()) return;
            await wipe(driverOf());
            const pipeline = new Pipeline(driverOf(), letter, true);
            const facts: (DomainEvent | Reported)[] = [...PLACES, ...BEGINNING];
            await pipeline.append(facts.map(eventOf));
            let before = new Set<string>();
            for (const each of steps) {
              const moments = [knownAfter(facts)];
              facts.push(each);
              moments.push(knownAfter(facts));
              await pipeline.append([eventOf(each)]);
              await pipeline.settle();
              const evidence = new Set(
                liveCases(pipeline.store.all).flatMap(({ samples, ...whose }) =>
                  [...samples.keys()].map((name) => nameOf({ ...whose, sample: name })),
                ),
              );
              const { least, most } = expectedEvidence(RULES, before, moments);
              const missing = [...least].filter((name) => !evidence.has(name));
              const wrong = [...evidence].filter((name) => !most.has(name));
              expect({ missing, wrong }).toEqual({ missing: [], wrong: [] });
              counts.steps++;
              for (const held of heldAfter(facts.filter(isSaid))) {
                if (held.method !== 'antigen' || held.outcome !== 'positive' || held.pool > 1) continue;
                counts[evidence.has(nameOf(held)) ? 'rapid' : 'waiting']++;
              }
              before = evidence;
            }
          }),
          seeded(runs(3)),
        );
        if (until.passed()) return;
        expect(counts.rapid).toBeGreaterThan(runs(1) - 1);
        expect(counts.waiting).toBeGreaterThan(runs(1) - 1);
      },
      limit(120_000),
    );
  });
}
