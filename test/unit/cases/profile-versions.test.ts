import { describe, it } from '@jest/globals';
import type { ProfileAdded, ProfileRetired } from '../../../src/cases/events.js';
import { PROFILE_NOT_ADDED, PROFILE_OF_PROGRAM } from '../../../src/cases/problems.js';
import type { DiseaseProfile } from '../../../src/cases/profile.js';
import { builtInProfiles, profileDecider, type ProfileChange } from '../../../src/cases/profiles.js';
import { given as givenOf, refusal } from '../../support/decider-spec.js';

const given = givenOf(profileDecider);
const [program] = builtInProfiles() as [DiseaseProfile];
const own: DiseaseProfile = { ...program, id: 'own', version: 1 };
const other: DiseaseProfile = { ...own, minimumMinutes: own.minimumMinutes + 1 };
const add = (profile: DiseaseProfile): ProfileChange => ({ type: 'Add', profile });
const retire = (profileId: string): ProfileChange => ({ type: 'Retire', profileId });
const added = (profile: DiseaseProfile, version = 1): ProfileAdded => ({
  type: 'ProfileAdded',
  data: { profileId: profile.id, version, profile: { ...profile, version } },
});
const retired: ProfileRetired = { type: 'ProfileRetired', data: { profileId: 'own' } };

describe('A profile of an installation', () => {
  it('is added as its first version', () => {
    given().when(add(own)).then(added(own));
  });

  it('keeps the version of its file where that is higher', () => {
    given()
      .when(add({ ...own, version: 7 }))
      .then(added(own, 7));
  });

  it('that is added again with the same rules stays as it is, whatever version the file names', () => {
    given(added(own))
      .when(add({ ...own, version: 7 }))
      .then();
  });

  it('gets another version for other rules, since cases refer to the version that they came under', () => {
    given(added(own)).when(add(other)).then(added(other, 2));
    given(added(own), added(other, 2)).when(add(own)).then(added(own, 3));
  });

  it('is retired once', () => {
    given(added(own)).when(retire('own')).then(retired);
    given(added(own), retired).when(retire('own')).then();
  });

  it('that was retired applies again as another version when it is added again', () => {
    given(added(own), retired).when(add(own)).then(added(own, 2));
  });

  it('that nobody added cannot be retired', () => {
    given(added(own)).when(retire('mine')).then(refusal(PROFILE_NOT_ADDED, 'No profile mine was added.'));
  });

  it('of the program itself cannot be retired', () => {
    given().when(retire(program.id)).then(refusal(PROFILE_OF_PROGRAM, 'which cannot be retired'));
  });
});
