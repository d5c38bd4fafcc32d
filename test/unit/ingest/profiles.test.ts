import { beforeEach, describe, expect, it } from '@jest/globals';
import { UserError } from '../../../src/domain/errors.js';
import type { DiseaseProfile } from '../../../src/domain/profile.js';
import { addProfile, allProfiles, builtInProfiles, parseProfile } from '../../../src/log/profiles.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const builtIn = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;
const own: DiseaseProfile = { ...builtIn, id: 'covid-15', minimumMinutes: 15 };
const text = (profile: object): string => JSON.stringify(profile);

/** The message of what is thrown. */
function refusal(profile: object | string): string {
  try {
    parseProfile(typeof profile === 'string' ? profile : text(profile), 'mine.json');
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error('nothing was thrown');
}

describe('Reading a profile file', () => {
  it('takes what `show --json` prints', () => {
    expect(parseProfile(text(builtIn), 'mine.json')).toEqual(builtIn);
  });

  it('takes version 1 where none is given', () => {
    expect(parseProfile(text({ ...own, version: undefined }), 'mine.json').version).toBe(1);
  });

  it.each([
    ['an id with capitals', { ...own, id: 'Covid' }, 'id'],
    ['a disease with capitals', { ...own, disease: 'Covid' }, 'disease'],
    ['negative minutes', { ...own, minimumMinutes: -1 }, 'minimumMinutes'],
    ['minutes as text', { ...own, minimumMinutes: '15' }, 'minimumMinutes'],
    ['a day that does not exist', { ...own, effectiveFrom: '2021-02-30' }, 'effectiveFrom'],
    ['another end', { ...own, infectious: { daysBefore: 3, end: { type: 'test' } } }, 'infectious.end'],
    [
      'days without their number',
      { ...own, infectious: { daysBefore: 3, end: { type: 'days' } } },
      'infectious.end.daysAfter',
    ],
    ['a sixth degree', { ...own, greatestDegree: 6 }, 'greatestDegree'],
    ['a field left out', { ...own, followUpDays: undefined }, 'followUpDays'],
    ['a field misspelt', { ...own, minimumMinute: 3 }, 'minimumMinute'],
  ])('refuses %s, naming the field', (_, profile, field) => {
    expect(refusal(profile)).toContain(field);
  });

  it('names every wrong field at once, and the file', () => {
    const message = refusal({ ...own, id: '', minimumMinutes: null });

    expect(message).toMatch(/mine\.json/);
    expect(message).toMatch(/id:[^]*minimumMinutes:/);
  });

  it('refuses what is no JSON', () => {
    expect(refusal('{')).toContain('is not JSON');
  });
});

describe('Adding a profile', () => {
  let store: MemoryEventStore;
  beforeEach(() => {
    store = new MemoryEventStore();
  });

  it('makes it one of all profiles, once', async () => {
    expect(await addProfile(store, own)).toEqual({ version: 1, added: true });
    expect(await addProfile(store, own)).toEqual({ version: 1, added: false });

    expect(await allProfiles(store)).toEqual([...builtInProfiles(), own]);
  });

  it('gives other rules of the same id the next version', async () => {
    await addProfile(store, own);
    const changed = { ...own, minimumMinutes: 10 };

    expect(await addProfile(store, changed)).toEqual({ version: 2, added: true });
    expect((await allProfiles(store)).at(-1)).toEqual({ ...changed, version: 2 });
    expect(await addProfile(store, changed)).toEqual({ version: 2, added: false });
  });

  it('adds nothing for a file of the program itself', async () => {
    expect(await addProfile(store, builtIn)).toEqual({ version: builtIn.version, added: false });
    expect(store.all).toHaveLength(0);
  });

  it('leaves the ids of the program to the program', async () => {
    await expect(addProfile(store, { ...builtIn, minimumMinutes: 15 })).rejects.toThrow(/id: covid-19-vn-5053/);
    expect(store.all).toHaveLength(0);
  });
});
