import { defineProblem } from '../kernel/problem.js';

const COMMON = { status: 422 } as const;

export const NO_PROFILE = defineProblem({
  ...COMMON,
  code: 'no-profile',
  title: 'It is not a disease profile',
  says: 'The file is not a disease profile: it is not JSON, or one of its fields is wrong.',
  fix: 'Compare it with what `npx truyvet profiles show covid-19-vn-5053 --json` prints.',
});

export const PROFILE_OF_PROGRAM = defineProblem({
  ...COMMON,
  code: 'profile-of-program',
  title: 'The profile is part of the program',
  says: 'A profile that comes with the program can be neither replaced by other rules under its id nor retired.',
  fix: 'Add a profile with an id of its own: from its first day on it applies instead of the profiles of the program.',
});

export const PROFILE_NOT_ADDED = defineProblem({
  ...COMMON,
  code: 'profile-not-added',
  title: 'No such profile was added',
  says: 'Only a profile that was added can be retired, and no profile with this id was added.',
  fix: 'See: npx truyvet profiles list',
});

export const PROFILE_NOT_KNOWN = defineProblem({
  ...COMMON,
  code: 'profile-not-known',
  title: 'There is no such profile',
  says: 'The program has no profile with this id, and none was added.',
  fix: 'See: npx truyvet profiles list',
});

export const PROBLEMS = [NO_PROFILE, PROFILE_OF_PROGRAM, PROFILE_NOT_ADDED, PROFILE_NOT_KNOWN];
