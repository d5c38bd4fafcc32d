import { ProfileAdded } from '../../../src/cases/events.js';
import { anyStream } from '../../support/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { UserError } from '../../../src/kernel/errors.js';
import type { DiseaseProfile } from '../../../src/cases/profile.js';
import {
  addProfile,
  allProfiles,
  builtInProfiles,
  changesBy,
  checkAuthority,
  parseProfile,
  profilesInUse,
  retireProfile,
} from '../../../src/cases/profiles.js';
import { idOf } from '../../../src/kernel/ids.js';
import { snaked, snakeKey } from '../../../src/kernel/snake-case.js';
import { RESULTS } from '../../../src/cases/results.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const builtIn = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;
const own: DiseaseProfile = { ...builtIn, id: 'covid-15', minimumMinutes: 15 };
/** The same with another infectious period. */
const infectious = (more: object) => ({ ...own, infectious: { ...own.infectious, ...more } });
const text = (profile: object): string => JSON.stringify(profile);

/** The message of the thrown error. */
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
  it('accepts the output of `show --json`', () => {
    expect(parseProfile(text(snaked(builtIn)), 'mine.json')).toEqual(builtIn);
  });

  it('accepts the fields in camelCase, as earlier versions wrote them', () => {
    expect(parseProfile(text(builtIn), 'mine.json')).toEqual(builtIn);
  });

  it('refuses a field that is given in both spellings', () => {
    expect(refusal({ ...own, minimum_minutes: 3 })).toContain('gives two spellings of minimum_minutes');
  });

  it('assumes version 1 if none is given', () => {
    expect(parseProfile(text({ ...own, version: undefined }), 'mine.json').version).toBe(1);
  });

  it.each([
    ['an id with capitals', { ...own, id: 'Covid' }, 'id'],
    ['a disease with capitals', { ...own, disease: 'Covid' }, 'disease'],
    ['negative minutes', { ...own, minimumMinutes: -1 }, 'minimumMinutes'],
    ['minutes as text', { ...own, minimumMinutes: '15' }, 'minimumMinutes'],
    ['a day that does not exist', { ...own, effectiveFrom: '2021-02-30' }, 'effectiveFrom'],
    ['an empty source', { ...own, source: '' }, 'source:'],
    ['a name of any length', { ...own, name: 'x'.repeat(201) }, 'name: must have at most 200'],
    ['a source of any length', { ...own, source: 'x'.repeat(2_001) }, 'source: must have at most 2000'],
    ['a note of any length', { ...own, notes: ['a note', 'x'.repeat(2_001)] }, 'notes.1: must have at most 2000'],
    ['notes of any number', { ...own, notes: Array.from({ length: 101 }, () => 'a note') }, 'notes: must have at most'],
    ['an empty note', { ...own, notes: ['a note', ''] }, 'notes.1:'],
    ['one note outside a list', { ...own, notes: 'a note' }, 'notes:'],
    ['an authority with spaces', { ...own, authority: 'the ministry' }, 'authority:'],
    ['no anchor', infectious({ anchors: [] }), 'infectious.anchors:'],
    ['another anchor', infectious({ anchors: ['onset', 'fever'] }), 'infectious.anchors.1:'],
    ['days before as text', infectious({ daysBefore: '3' }), 'infectious.daysBefore:'],
    ['negative days before sampling', infectious({ daysBeforeSampling: -1 }), 'infectious.daysBeforeSampling:'],
    ['another end', infectious({ end: { type: 'test' } }), 'infectious.end'],
    ['days without their number', infectious({ end: { type: 'days' } }), 'infectious.end.daysAfter:'],
    ['a Ct value as text', infectious({ end: { type: 'negative', ctAbove: '30' } }), 'infectious.end.ctAbove:'],
    [
      'negative days at most',
      infectious({ end: { type: 'negative', daysAfterAtMost: -1 } }),
      'infectious.end.daysAfterAtMost:',
    ],
    ['an end of two kinds', infectious({ end: { type: 'isolation', daysAfter: 10 } }), 'daysAfter'],
    ['no hours', { ...own, withinHours: 0 }, 'withinHours:'],
    ['no distance', { ...own, distanceMetres: 0 }, 'distanceMetres:'],
    ['air that lingers for more than a day', { ...own, lingeringMinutes: 1441 }, 'lingeringMinutes:'],
    ['half a row of seats', { ...own, seatRows: 1.5 }, 'seatRows:'],
    ['another way of sharing', { ...own, sharing: { ...own.sharing, class: 'contact' } }, 'class'],
    ['a way of sharing left out', { ...own, sharing: { household: 'none', vehicle: 'none' } }, 'sharing.group:'],
    ['sharing that makes something else', { ...own, sharing: { ...own.sharing, vehicle: 'F1' } }, 'sharing.vehicle:'],
    [
      'a rapid test repeated within no time',
      { ...own, rapidAntigen: { ofContacts: true, withSymptoms: true, repeatedWithinHours: 0 } },
      'rapidAntigen.repeatedWithinHours:',
    ],
    [
      'a rapid test without a word about contacts',
      { ...own, rapidAntigen: { withSymptoms: true, repeatedWithinHours: null } },
      'rapidAntigen.ofContacts:',
    ],
    [
      'a rapid test of symptoms by name',
      { ...own, rapidAntigen: { ofContacts: true, withSymptoms: 'fever', repeatedWithinHours: null } },
      'rapidAntigen.withSymptoms:',
    ],
    ['negative days to a new illness', { ...own, reinfectionDays: -1 }, 'reinfectionDays:'],
    ['a day of testing as text', { ...own, testDays: [1, '14'] }, 'testDays.1:'],
    ['no degree at all', { ...own, greatestDegree: 0 }, 'greatestDegree:'],
    ['a sixth degree', { ...own, greatestDegree: 6 }, 'greatestDegree'],
    [
      'a quarantine beyond the follow-up',
      { ...own, followUpDays: 10, quarantine: { 1: { days: 14 } } },
      'quarantine.1.days',
    ],
    ['a field left out', { ...own, followUpDays: undefined }, 'followUpDays'],
    ['a field misspelt', { ...own, minimumMinute: 3 }, 'minimumMinute'],
  ])('refuses %s, and names the field', (_, profile, field) => {
    expect(refusal(profile)).toContain(snakeKey(field));
    expect(refusal(snaked(profile as object))).toContain(snakeKey(field));
  });

  it('names every wrong field at once, and the file', () => {
    const message = refusal({ ...own, id: '', minimumMinutes: null });

    expect(message).toMatch(/mine\.json/);
    expect(message).toMatch(/id:[^]*minimum_minutes:/);
  });

  it('refuses invalid JSON', () => {
    expect(refusal('{')).toContain('is not JSON');
  });
});

describe('The built-in profiles', () => {
  const folder = new URL('../../../profiles/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

  it.each(files)('have every field, as `show --json` prints them, and are named by their id: %s', (name) => {
    const written = readFileSync(new URL(name, folder), 'utf8');
    const profile = parseProfile(written, name);

    expect(`${profile.id}.json`).toBe(name);
    expect(JSON.stringify(snaked(profile))).toBe(JSON.stringify(JSON.parse(written)));
  });

  it('are those of Vietnam, WHO, the US CDC and ECDC for Covid-19, and of WHO for the other diseases', () => {
    expect(builtInProfiles().map(({ id, disease, authority }) => [id, disease, authority])).toEqual([
      ['covid-19-ecdc', 'covid-19', 'ecdc'],
      ['covid-19-us-cdc', 'covid-19', 'us-cdc'],
      ['covid-19-vn-11042', 'covid-19', 'vn'],
      ['covid-19-vn-1909', 'covid-19', 'vn'],
      ['covid-19-vn-5053', 'covid-19', 'vn'],
      ['covid-19-who', 'covid-19', 'who'],
      ['measles-who', 'measles', 'who'],
      ['mers-who', 'mers', 'who'],
      ['tuberculosis-who', 'tuberculosis', 'who'],
    ]);
  });
});

describe('Adding a profile', () => {
  let store: MemoryEventStore;
  beforeEach(() => {
    store = new MemoryEventStore();
  });

  it('adds it to all profiles, once', async () => {
    expect(await addProfile(store, own)).toEqual({ version: 1, added: true });
    expect(await addProfile(store, own)).toEqual({ version: 1, added: false });

    expect(await allProfiles(store)).toEqual([...builtInProfiles(), own]);
  });

  it('gives other rules with the same id the next version', async () => {
    await addProfile(store, own);
    const changed = { ...own, minimumMinutes: 10 };

    expect(await addProfile(store, changed)).toEqual({ version: 2, added: true });
    expect((await allProfiles(store)).at(-1)).toEqual({ ...changed, version: 2 });
    expect(await addProfile(store, changed)).toEqual({ version: 2, added: false });
  });

  it('adds nothing for a built-in file', async () => {
    expect(await addProfile(store, builtIn)).toEqual({ version: builtIn.version, added: false });
    expect(store.all).toHaveLength(0);
  });

  it('reserves the ids of built-in profiles', async () => {
    await expect(addProfile(store, { ...builtIn, minimumMinutes: 15 })).rejects.toThrow(
      /a profile covid-19-vn-5053 with other rules/,
    );
    expect(store.all).toHaveLength(0);
  });
});

describe('The authority of a tenant', () => {
  let store: MemoryEventStore;
  beforeEach(() => {
    store = new MemoryEventStore();
  });
  const inUse = async (authority: string) => (await profilesInUse(store, authority)).map(({ id }) => id);

  it('selects among the built-in profiles, beside every version of what was added', async () => {
    await addProfile(store, { ...own, authority: 'own' });
    await addProfile(store, { ...own, authority: 'own', minimumMinutes: 10 });

    const others = ['measles-who', 'mers-who', 'tuberculosis-who', own.id, own.id];
    const { length } = others;
    expect((await inUse('us-cdc')).slice(-length)).toEqual(others);
    expect((await inUse('vn')).slice(-length)).toEqual(others);
  });

  it('is refused if it has no profile, with a list of the known ones', async () => {
    const refused = checkAuthority(store, 'vietnam');

    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining('TRUYVET_AUTHORITY is vietnam'),
      fix: expect.stringContaining('ecdc, us-cdc, vn, who'),
    });
  });

  it('is known after a profile with it was added', async () => {
    await addProfile(store, { ...own, authority: 'vietnam' });

    await expect(checkAuthority(store, 'vietnam')).resolves.toBeUndefined();
  });
});

describe('A profile that replaces others', () => {
  const mine: DiseaseProfile = { ...own, id: 'mine', effectiveFrom: '2021-09-15' };
  let store: MemoryEventStore;
  beforeEach(() => {
    store = new MemoryEventStore();
  });
  const inUse = async () => (await profilesInUse(store, 'vn')).map(({ id }) => id);

  it('is announced as such, with the days from which it applies, before it is added', async () => {
    const changes = await changesBy(store, 'vn', { type: 'Add', profile: mine });
    expect(changes[0]).toMatchObject({ from: '2021-09-15', becomes: 'mine@1' });
    expect(changes.at(-1)).toMatchObject({ until: null, becomes: 'mine@1' });
    expect(changes.every(({ was }) => was?.startsWith('covid-19-vn-'))).toBe(true);
    expect(await inUse()).not.toContain('mine');
  });

  it('ends when it is retired, and cases that came under it keep its rules', async () => {
    const before = await inUse();
    await addProfile(store, mine);
    const added = await changesBy(store, 'vn', { type: 'Retire', profileId: 'mine' });
    expect(added.every(({ was }) => was === 'mine@1')).toBe(true);
    expect(await retireProfile(store, 'mine')).toBe(true);
    expect(await retireProfile(store, 'mine')).toBe(false);
    expect(await inUse()).toEqual(before);
    expect((await allProfiles(store)).map(({ id }) => id)).toContain('mine');
    expect(await addProfile(store, mine)).toEqual({ version: 2, added: true });
    expect(await inUse()).toContain('mine');
  });

  it('for a disease without rules replaces none', async () => {
    const changes = await changesBy(store, 'vn', { type: 'Add', profile: { ...mine, disease: 'cholera' } });
    expect(changes).toEqual([{ from: null, until: null, was: null, becomes: 'mine@1' }]);
  });

  it('that was not added, or is built-in, cannot be retired', async () => {
    await expect(retireProfile(store, 'nothing')).rejects.toThrow('No profile nothing was added.');
    await expect(retireProfile(store, builtIn.id)).rejects.toThrow('is a profile of the program itself');
  });
});

describe('A profile that a newer version of the program added', () => {
  it('does not prevent reading the others, whether its type is newer or its content is unknown', async () => {
    const store = new MemoryEventStore();
    await addProfile(store, own);
    store.unchecked = true;
    for (const [i, id] of ['of-tomorrow', 'of-the-day-after'].entries()) {
      const profile = { ...own, id, ...(i === 0 && { contagiousness: 3 }) };
      const event = { type: 'ProfileAdded' as const, data: { profileId: id, version: 1, profile } };
      await store.append(anyStream('profiles'), [{ id: idOf(id), event, provenance: { source: 'cli' } }], 'any');
    }
    store.broken.set(idOf('of-the-day-after'), 'it is of a newer version');
    store.unchecked = false;
    const another = { ...own, id: 'covid-20' };
    await store.append(
      anyStream('profiles'),
      [
        {
          ...{ id: idOf('another'), provenance: { source: 'cli' } },
          event: { type: 'ProfileAdded', data: { profileId: another.id, version: 1, profile: another } },
        },
      ],
      'any',
    );
    const ids = (await profilesInUse(store, 'vn')).map(({ id }) => id);
    expect(ids.filter((id) => !id.startsWith('covid-19'))).toEqual(expect.arrayContaining(['covid-15', 'covid-20']));
    expect(ids).not.toContain('of-tomorrow');
  });

  it('is noted by the reader that opens cases, which continues', () => {
    expect(RESULTS.types).toContain('ProfileAdded');
    const profile = { ...own, contagiousness: 3 };
    const added = { type: 'ProfileAdded' as const, data: { profileId: own.id, version: 1, profile } };
    expect(() => ProfileAdded.read(1, added.data)).toThrow('is not a disease profile that this program knows');
    expect(() => ProfileAdded.read(1, { ...added.data, profile: own })).not.toThrow();
  });
});
