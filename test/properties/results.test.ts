import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { builtInProfiles } from '../../src/cases/profiles.js';
import type { DiseaseProfile } from '../../src/cases/profile.js';
import { expectedEvidence, nameOf, type Known, type ResultRules, type Sample } from '../oracle/results.js';
import {
  heldAfter,
  liveCases,
  ResultsRun,
  type Fact,
  type Reported,
  type TakenBack,
  type Tied,
} from '../support/results-run.js';
import { assertWithSeeds } from '../support/seeds.js';
import { limit, runs, seeded } from '../support/sizes.js';

const vietnam = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;
/** From this day on, rapid tests need more; before, and always for measles, every positive test makes a case. */
const RULED_FROM = '2021-06-01';
/** The start of that day in Vietnam. */
const RULED = Date.parse(`${RULED_FROM}T00:00:00+07:00`) / 1000;
const HOUR = 3_600;
const PEOPLE = ['An', 'Binh', 'Chi'];
const person = fc.constantFrom(...PEOPLE);
/** So long after all others that it is another illness. */
const NEXT_YEAR = 400 * 24;

const hours = fc.constantFrom(-48, -2, 0, 3, 6, 7, 20, 80);
const sample: fc.Arbitrary<Sample> = fc
  .record({
    disease: fc.constantFrom('covid-19', 'covid-19', 'covid-19', 'covid-19', 'measles'),
    collected: fc.oneof({ weight: 9, arbitrary: hours }, { weight: 1, arbitrary: fc.constant(NEXT_YEAR) }),
    reported: fc.constantFrom(0, 1, 4),
    outcome: fc.constantFrom(
      'positive' as const,
      'positive' as const,
      'positive' as const,
      'negative' as const,
      'inconclusive' as const,
    ),
    method: fc.constantFrom(
      'antigen' as const,
      'antigen' as const,
      'antigen' as const,
      'pcr' as const,
      'other' as const,
      null,
    ),
    pool: fc.constantFrom(1, 1, 1, 1, 5),
    ill: fc.constantFrom(null, null, 24),
  })
  .map(({ collected, reported, ill, ...rest }) => ({
    ...rest,
    at: RULED + collected * HOUR,
    reportedAt: RULED + (collected + reported) * HOUR,
    onset: ill === null ? null : RULED + (collected - ill) * HOUR,
  }));
const takenBack = ({ disease, reportedAt }: Pick<Sample, 'disease' | 'reportedAt'>): TakenBack => ({
  ...{ disease, reportedAt, outcome: 'retracted' },
});
const said: fc.Arbitrary<Reported> = fc.record({
  type: fc.constant('said' as const),
  sample: fc.constantFrom('s1', 's2', 's3'),
  person,
  laboratory: fc.constantFrom(true, true, true, true, true, false),
  result: fc.oneof({ weight: 6, arbitrary: sample }, { weight: 1, arbitrary: sample.map(takenBack) }),
});
const tied: fc.Arbitrary<Tied> = fc
  .record({
    pair: fc.uniqueArray(person, { minLength: 2, maxLength: 2 }),
    tie: fc.option(
      fc.record({
        degree: fc.constantFrom(1, 1, 2, null),
        first: fc.constantFrom(-24, 0, 5).map((at) => RULED + at * HOUR),
        last: fc.constantFrom(null, 5, 6).map((at) => (at === null ? null : RULED + at * HOUR)),
      }),
      { freq: 4 },
    ),
  })
  .map(({ pair: [one = '', other = ''], tie }) => ({ type: 'tied', person: one, other, tie }));
const fact: fc.Arbitrary<Fact> = fc.oneof({ weight: 3, arbitrary: said }, { weight: 1, arbitrary: tied });
/**
 * A result of the person, or of somebody else, is retracted by mistake; something else happens before it is restored.
 */
const flip: fc.Arbitrary<Fact[]> = fc.tuple(said, fact, fc.boolean()).map(([one, other, denied]) => [
  one,
  {
    ...one,
    result:
      denied && one.result.outcome !== 'retracted' ? { ...one.result, outcome: 'negative' } : takenBack(one.result),
  },
  other,
  one,
]);
const window = fc
  .array(fc.oneof({ weight: 4, arbitrary: fact.map((one) => [one]) }, { weight: 1, arbitrary: flip }), {
    ...{ minLength: 1, maxLength: 6 },
  })
  .map((parts) => parts.flat());
const rapidRule = fc.record({
  ofContacts: fc.boolean(),
  withFactor: fc.constantFrom(false, false, true),
  withSymptoms: fc.boolean(),
  repeatedWithinHours: fc.constantFrom(null, 4, 8),
  factorNeeded: fc.boolean(),
});
const chances = fc.infiniteStream(fc.nat({ max: 1_000_000 }));

function rulesOf(rapidAntigen: DiseaseProfile['rapidAntigen'], followUpDays: number) {
  const profile = {
    ...vietnam,
    id: 'own',
    authority: 'own',
    effectiveFrom: RULED_FROM,
    rapidAntigen,
    followUpDays,
    quarantine: {},
  };
  const rules: ResultRules = {
    rapid: (disease, at) => (disease === 'covid-19' && at >= RULED ? rapidAntigen : null),
    followUpDays,
  };
  return { profile, rules };
}
const ruling = fc.tuple(fc.option(rapidRule, { freq: 9 }), fc.constantFrom(0, 1, 14)).map((given) => rulesOf(...given));

function knownAfter(facts: readonly Fact[]): Known {
  const ties = new Map(
    facts.flatMap((each) => (each.type === 'tied' ? [[`${each.person} ${each.other}`, each.tie]] : [])),
  );
  return {
    results: heldAfter(facts),
    ties: (one, other) => {
      const tie = ties.get(`${one} ${other}`);
      return tie ? [tie] : [];
    },
  };
}

/** Which cases are based on which sample, by name; checks that each uses a sample once and in its current state. */
function evidenceIn(run: ResultsRun, facts: readonly Fact[]): Set<string> {
  const cases = liveCases(run.store.all);
  const names = cases.flatMap(({ person: who, disease, samples }) =>
    [...samples.keys()].map((each) => nameOf({ person: who, disease, sample: each })),
  );
  expect(names).toEqual([...new Set(names)]);
  const held = heldAfter(facts);
  for (const { person: who, disease, samples } of cases) {
    const years = new Set<boolean>();
    for (const [name, { at, onset }] of samples) {
      const stands = held.find((each) => each.sample === name && each.person === who && each.disease === disease);
      expect({ at: Date.parse(at) / 1000, onset: onset === null ? null : Date.parse(onset) / 1000 }).toEqual({
        at: stands?.at,
        onset: stands?.onset,
      });
      years.add(Date.parse(at) / 1000 > RULED + (NEXT_YEAR / 2) * HOUR);
    }
    // Samples of two illnesses are not evidence of one.
    expect(years.size).toBe(1);
  }
  const illnesses = cases.map(({ person: who, disease }) => `${who} has ${disease}`);
  const farApart = facts.some(
    (each) => each.type === 'said' && 'at' in each.result && each.result.at > RULED + 200 * HOUR,
  );
  if (!farApart) expect(illnesses).toEqual([...new Set(illnesses)]);
  return new Set(names);
}

const isWithin = (one: ReadonlySet<string>, other: ReadonlySet<string>) => [...one].filter((each) => !other.has(each));

const positive = (who: string, method: 'pcr' | 'antigen', outcome: Sample['outcome'] = 'positive'): Reported => ({
  ...{ type: 'said', sample: `of ${who}`, person: who, laboratory: true },
  result: { disease: 'covid-19', at: RULED + HOUR, reportedAt: RULED + HOUR, outcome, method, pool: 1, onset: null },
});

describe('Cases', () => {
  it("are based on a rapid test that arrived while the other person's case was retracted by mistake", async () => {
    const asking = { ofContacts: true, withFactor: false, withSymptoms: false, repeatedWithinHours: null };
    const run = new ResultsRun(() => 0);
    await run.rule(rulesOf({ ...asking, factorNeeded: false }, 14).profile);
    await run.play({ type: 'tied', person: 'Chi', other: 'Binh', tie: { degree: 1, first: RULED, last: null } });
    await run.play(positive('Binh', 'pcr'));
    await run.settle();
    // All of this happens between two traces of Binh's case, and the second trace finds nobody new.
    await run.play(positive('Binh', 'pcr', 'negative'));
    await run.react();
    await run.play(positive('Chi', 'antigen'));
    await run.react();
    await run.play(positive('Binh', 'pcr'));
    await run.settle();
    expect(liveCases(run.store.all).map(({ person: who }) => who)).toEqual(['Binh', 'Chi']);
  });

  it(
    'are based on the samples that the rules name, in whatever order results, corrections and contacts arrive',
    async () => {
      const counts = { windows: 0, exact: 0, evidence: 0, waiting: 0 };
      await assertWithSeeds(
        fc.asyncProperty(
          fc.array(window, { minLength: 1, maxLength: 6 }),
          ruling,
          fc.boolean(),
          chances,
          async (windows, { profile, rules }, oneByOne, random) => {
            const run = new ResultsRun((below) => (below <= 1 ? 0 : (random.next().value as number) % below));
            await run.rule(profile);
            const facts: Fact[] = [];
            let before = new Set<string>();
            for (const portion of oneByOne ? windows.flat().map((each) => [each]) : windows) {
              const moments = [knownAfter(facts)];
              for (const each of portion) {
                await run.play(each);
                facts.push(each);
                moments.push(knownAfter(facts));
                if (!oneByOne) await run.stir();
              }
              await run.settle();
              const evidence = evidenceIn(run, facts);
              const { least, most } = expectedEvidence(rules, before, moments);
              expect(isWithin(least, evidence)).toEqual([]);
              expect(isWithin(evidence, most)).toEqual([]);
              counts.windows++;
              if (least.size === most.size) counts.exact++;
              counts.evidence += evidence.size;
              counts.waiting += heldAfter(facts).filter(
                (each) => each.outcome === 'positive' && each.pool === 1 && !evidence.has(nameOf(each)),
              ).length;
              before = evidence;
            }
          },
        ),
        seeded(runs(40)),
      );
      expect(counts.exact).toBeGreaterThan(counts.windows / 2);
      expect(counts.evidence).toBeGreaterThan(counts.windows / 2);
      expect(counts.waiting).toBeGreaterThan(counts.windows / 10);
    },
    limit(120_000),
  );
});
