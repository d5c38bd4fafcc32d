import { describe, expect, it } from '@jest/globals';
import { forPeople } from '../../../src/cli/for-people.js';
import { FIELDS, type QuestionName } from '../../../src/investigation/question-fields.js';
import { fullId, withFullIds } from '../../../src/requests/full-ids.js';
import { readGiven } from '../../../src/requests/schema.js';

const AN = 'a1b2c3d4-0000-5000-8000-000000000001';
const BINH = 'a1b2c3d4-0000-5000-8000-000000000002';
const CHI = 'ffffffff-0000-5000-8000-000000000003';
const CASES = [AN, BINH, CHI];

const decomposed = 'lớn'.normalize('NFD');

const graph = {
  idsLike: (kind: string, beginning: string, limit: number) =>
    Promise.resolve(kind === 'case' ? CASES.filter((id) => id.startsWith(beginning)).slice(0, limit) : []),
  casesById: (ids: readonly string[]) =>
    Promise.resolve(ids.map((caseId) => ({ caseId, personId: `person of ${caseId.slice(-1)}`, disease: 'measles' }))),
  knowsPerson: (id: string) => Promise.resolve(id === 'ffffff' || id === decomposed),
  knowsPlace: () => Promise.resolve(false),
  shortIds: () => Promise.resolve(new Map([[CHI, 'ffffffff']])),
};

const asked = (name: QuestionName, given: Record<string, string>) =>
  withFullIds(graph, FIELDS[name], readGiven(FIELDS[name], given, 'UTC'));

describe('An id of a person or place', () => {
  it('has the one form of ids, unless an older log has it as it is given', async () => {
    expect(await asked('why', { person: 'chợ'.normalize('NFD') })).toMatchObject({ person: 'chợ'.normalize('NFC') });
    expect(await asked('why', { person: decomposed })).toMatchObject({ person: decomposed });
    const window = { from: '2021-08-01T00:00Z', until: '2021-08-02T00:00Z' };
    expect(await asked('at', { place: decomposed, ...window })).toMatchObject({ place: 'lớn'.normalize('NFC') });
  });
});

describe('The beginning of an id', () => {
  it('means the only case that begins like this, in capitals too', async () => {
    expect(await fullId(graph, 'case', 'ffffffff', 'case')).toBe(CHI);
    expect(await fullId(graph, 'case', 'FFFFFF', 'case')).toBe(CHI);
    expect(await fullId(graph, 'case', BINH, 'case')).toBe(BINH);
  });

  it('that several cases share is refused with the matches, and their people', async () => {
    await expect(fullId(graph, 'case', 'a1b2c3d4', 'case')).rejects.toThrow(
      `case is the beginning of several cases (a1b2c3d4): ${AN} of person of 1 (measles), ${BINH} of person of 2 (measles)`,
    );
  });

  it('that nothing has, and an id of another form, is left as it is: the question says that it is unknown', async () => {
    for (const given of ['0badcafe', 'case of An', 'p02001', 'ffff']) {
      expect(await fullId(graph, 'case', given, 'case')).toBe(given);
    }
  });

  it('is accepted wherever a question accepts a case, and a person with such an id comes first', async () => {
    expect(await asked('why', { person: 'p1', case: 'ffffffff' })).toMatchObject({ person: 'p1', case: CHI });
    expect(await asked('chains', { from: 'ffffff', to: 'ffffffff' })).toMatchObject({ from: 'ffffff', to: CHI });
    expect(await asked('common', { cases: 'ffffffff,p1' })).toMatchObject({ cases: [CHI, 'p1'] });
  });
});

describe('Output for people', () => {
  it('has times in their zone with the offset, and ids as short as they stay unique', async () => {
    const answer = {
      items: [
        { case: CHI, at: '2021-08-01T17:30:00Z', text: `the case ${CHI}`, sample: 'S-2021-08-01T17:30:00Z', n: 1 },
      ],
      next: null,
    };
    expect(await forPeople(answer, graph, 'Asia/Ho_Chi_Minh')).toEqual({
      items: [
        {
          case: 'ffffffff',
          at: '2021-08-02 00:30:00+07:00',
          text: 'the case ffffffff',
          sample: 'S-2021-08-01T17:30:00Z',
          n: 1,
        },
      ],
      next: null,
    });
  });

  it('keeps an id that is not of a case, a task or an alert: somebody looks it up in this form', async () => {
    expect(await forPeople({ person: AN }, graph, 'UTC')).toEqual({ person: AN });
  });

  it('distinguishes the two occurrences of an hour', async () => {
    const answer = ['2021-10-31T00:30:00Z', '2021-10-31T01:30:00Z'];
    expect(await forPeople(answer, graph, 'Europe/Berlin')).toEqual([
      '2021-10-31 02:30:00+02:00',
      '2021-10-31 02:30:00+01:00',
    ]);
  });
});
