import { defineProblem } from '../kernel/problem.js';

const COMMON = { status: 422 } as const;

export const ONE_RECORD = defineProblem({
  ...COMMON,
  code: 'one-record',
  title: 'It is the same record',
  says: 'A record cannot be merged into itself.',
  fix: 'Give two different records of one person.',
});

export const MERGED_OTHERWISE = defineProblem({
  ...COMMON,
  code: 'merged-otherwise',
  title: 'The records are merged the other way round',
  says: 'The record whose id should count is already merged into the other one.',
  fix: 'Separate the two first: npx truyvet people unmerge',
});

export const PHONE_WOULD_BE_LOST = defineProblem({
  ...COMMON,
  code: 'phone-would-be-lost',
  title: 'The phone would be lost',
  says: 'The record to be merged has a phone, but the one whose id should count has none: messages could not be sent.',
  fix: 'Merge the other way round, or import the phone for the record whose id should count.',
});

export const NOT_MERGED = defineProblem({
  ...COMMON,
  code: 'not-merged',
  title: 'The record is not merged',
  says: 'There is nothing to separate: the record is not merged into another one.',
  fix: 'Give the record that was merged, not the one into which it was merged.',
});

export const RECORD_NOT_KNOWN = defineProblem({
  ...COMMON,
  code: 'record-not-known',
  title: 'The record is not known',
  says: 'No person with this id is known; merging it would turn a misspelt id into a person.',
  fix: 'Check the spelling. People become known through check-ins, proximity, results, isolations and `import people`.',
});

export const RECORD_NOT_KNOWN_YET = defineProblem({
  ...COMMON,
  code: 'record-not-known-yet',
  title: 'The record is not known yet',
  says: 'No person with this id is known, but the contact graph is behind the log, which may have one.',
  fix: 'Try again once `npx truyvet projections status` shows that it has caught up.',
});

export const PROBLEMS = [
  ONE_RECORD,
  MERGED_OTHERWISE,
  PHONE_WOULD_BE_LOST,
  NOT_MERGED,
  RECORD_NOT_KNOWN,
  RECORD_NOT_KNOWN_YET,
];
