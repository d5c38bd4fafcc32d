import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import type { GraphAddress } from '../../src/contact-graph/neo4j.js';
import { type Fixture, ask } from '../support/asking.js';
import { confirmed } from '../support/builders/cases.js';
import { runCommand } from '../support/command.js';
import { lengthenSharedLog } from '../support/longer-log.js';
import { textOf } from '../support/graph.js';
import { DAY, happen, tellStory } from '../support/question-story.js';

const SLOWEST = 120_000;
const DUNG = 'd00d0000-0000-5000-8000-000000000001';
const EM = 'd00d0000-0000-5000-8000-000000000002';
const HUY = 'feed0000-0000-5000-8000-000000000003';

/** A case that was found by a sample and not traced yet. */
const found = (caseId: string, personId: string) =>
  confirmed(caseId, personId, { disease: 'measles', collectedAt: textOf(-10 * DAY) });

/** The list of all cases, on the real graph. */
export function caseList(driverOf: () => Driver, addressOf: () => GraphAddress): void {
  describe('The list of cases', () => {
    let fixture: Fixture;
    beforeAll(async () => {
      await lengthenSharedLog();
      fixture = await tellStory(driverOf());
      await happen(driverOf(), fixture, [
        ...[found(DUNG, 'Dung'), found(EM, 'Em'), found(HUY, 'Huy')],
        { type: 'CaseRetracted', data: { caseId: EM, reason: 'no sample confirms it' } },
      ]);
    }, SLOWEST);

    it('starts with the last person who fell ill, and shows since when, the contacts, whether it is open, traced or waiting', async () => {
      const { items, next } = await ask(fixture, 'cases', {});
      expect(next).toBeNull();
      expect(items).toMatchObject([
        { id: 'case of Chi', person: 'Chi', since: textOf(5 * DAY), status: 'live', trace: 'traced' },
        { id: 'case of Binh', person: 'Binh', since: textOf(2 * DAY), trace: 'traced' },
        {
          id: 'case of An',
          person: 'An',
          disease: 'covid-19',
          since: textOf(0),
          f1: 3,
          f2: 2,
          farther: 0,
          trace: 'traced',
        },
        { id: HUY, person: 'Huy', disease: 'measles', since: textOf(-10 * DAY), f1: null, f2: null, trace: 'waiting' },
        { id: EM, status: 'retracted' },
        { id: DUNG, status: 'live' },
      ]);
    });

    it('comes in pages, without cases that were retracted, of another disease or of an earlier day', async () => {
      const first = await ask(fixture, 'cases', { limit: '4' });
      const second = await ask(fixture, 'cases', { limit: '4', cursor: first.next ?? '' });
      expect([...first.items, ...second.items].map(({ person }) => person)).toEqual([
        'Chi',
        'Binh',
        'An',
        'Huy',
        'Em',
        'Dung',
      ]);
      const people = async (given: Record<string, string>) =>
        (await ask(fixture, 'cases', given)).items.map(({ person }) => person);
      expect(await people({ disease: 'Measles', open: 'true' })).toEqual(['Huy', 'Dung']);
      expect(await people({ since: '2021-08-04' })).toEqual(['Chi', 'Binh']);
      expect(await people({ since: '2021-08-05' })).toEqual(['Chi']);
      expect(await people({ opened_since: '2099-01-01' })).toEqual([]);
    });

    it(
      'shows ids as short as they stay unique; such an id is accepted, and an ambiguous one is refused with the matches',
      async () => {
        const { url, user, password } = addressOf();
        const run = (...args: string[]) =>
          runCommand(args, {
            NEO4J_URL: url,
            NEO4J_USER: user,
            NEO4J_PASSWORD: password,
            TRUYVET_ZONE: 'Asia/Ho_Chi_Minh',
          });
        const [list, csv, several, one] = await Promise.all([
          run('cases', '--disease', 'measles'),
          run('cases', '--disease', 'measles', '--csv', '--limit', '2'),
          run('contacts', '--case', 'd00d0000'),
          run('factors', '--case', 'feed00', '--json'),
        ]);
        expect(list.stdout.split('\n')[1]).toMatch(
          /^feed0000 +Huy +measles +2021-07-23 07:00:00\+07:00 +open +- +- +waiting to be traced$/,
        );
        expect(list.stdout.split('\n')[2]).toMatch(new RegExp(`^${EM} +Em .* retracted`));
        expect(csv.stdout.split('\n').slice(0, 2)).toEqual([
          'id,person,records,disease,status,anchor,from,until,since,opened,f1,f2,farther,trace',
          expect.stringContaining(`${HUY},Huy,,measles,live,,,,2021-07-23T00:00:00Z,`),
        ]);
        expect(csv.stdout.trimEnd().split('\n')).toHaveLength(4);
        expect(several).toMatchObject({
          code: 1,
          stderr: expect.stringContaining(`${DUNG} of Dung (measles), ${EM} of Em (measles)`),
        });
        expect(JSON.parse(one.stdout)).toMatchObject({ case: { id: HUY } });
      },
      SLOWEST,
    );
  });
}
