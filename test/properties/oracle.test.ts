import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { expectedContacts, type World } from '../oracle/oracle.js';
import { PLAIN } from '../oracle/worlds.js';
import { SHARED } from '../support/shared.js';

/** Recordings of real people with the results of another implementation of the rules; not part of the project. */
const RECORDINGS = `${SHARED}/data`;
const seconds = (text: string) => Date.parse(text) / 1000;
const rowsOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

function recording(name: string): World {
  const folder = `${RECORDINGS}/${name}`;
  const world: World = { stays: [], nearness: [], isolations: [], tests: [] };
  if (existsSync(`${folder}/check-ins.csv`)) {
    for (const [person = '', place = '', arrived = '', left] of rowsOf(`${folder}/check-ins.csv`)) {
      const from = seconds(arrived);
      world.stays.push({ person, place, from, to: left ? seconds(left) : from + 3_600 });
    }
  }
  if (existsSync(`${folder}/proximity.csv`)) {
    for (const [a = '', b = '', from = '', to = ''] of rowsOf(`${folder}/proximity.csv`)) {
      world.nearness.push({ a, b, from: seconds(from), to: seconds(to), distance: null });
    }
  }
  return world;
}

interface Expected {
  person: string;
  from: string;
  until: string;
  minMinutes: number;
  f1: { id: string; firstExposureAt: string; minutes: number }[];
  f2: string[];
}

const present = existsSync(RECORDINGS);

describe('The oracle, against which the engine is tested,', () => {
  (present ? it : it.skip).each(['nyc-check-ins', 'ht09-proximity'])(
    `finds the expected contacts in the recording %s (skipped where ${RECORDINGS} is absent)`,
    (name) => {
      const world = recording(name);
      const cases = JSON.parse(readFileSync(`${RECORDINGS}/${name}/expected.json`, 'utf8')) as Expected[];
      expect(cases.length).toBeGreaterThan(0);
      // Brute force takes long, so only some small cases are checked.
      for (const each of cases.filter(({ f1 }, i) => f1.length < 12 && i % 3 < 2).slice(0, 4)) {
        const { degrees } = expectedContacts(world, {
          ...PLAIN,
          person: each.person,
          from: seconds(each.from),
          until: seconds(each.until),
          anchorAt: seconds(each.from),
          minimumMinutes: each.minMinutes,
        });
        const [f1 = [], f2 = []] = degrees;
        expect(
          f1.map(({ person, first, seconds: met }) => ({
            id: person,
            firstExposureAt: new Date(first * 1000).toISOString().replace('.000Z', 'Z'),
            minutes: Math.round((met / 60) * 100) / 100,
          })),
        ).toEqual(each.f1);
        expect(f2.map(({ person }) => person)).toEqual(each.f2);
      }
    },
  );
});
