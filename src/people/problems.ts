import { defineProblem } from '../kernel/problem.js';

const COMMON = { status: 422 } as const;

export const ONE_RECORD = defineProblem({
  ...COMMON,
  code: 'one-record',
  title: 'It is one record',
  says: 'A record cannot be merged into itself.',
  fix: 'Name two records of one person.',
});

export const MERGED_OTHERWISE = defineProblem({
  ...COMMON,
  code: 'merged-otherwise',
  title: 'The records are merged the other way round',
  says: 'The record that is to count is merged into the other one already.',
  fix: 'Part the two first: npx truyvet people unmerge',
});

export const PHONE_WOULD_BE_LOST = defineProblem({
  ...COMMON,
  code: 'phone-would-be-lost',
  title: 'The phone would be lost',
  says: 'The record that is merged has a phone, and the one that is to count has none: nobody could be told any more.',
  fix: 'Merge the other way round, or import the phone for the record that is to count.',
});

export const NOT_MERGED = defineProblem({
  ...COMMON,
  code: 'not-merged',
  title: 'The record is not merged',
  says: 'There is nothing to part: the record is not merged into another one.',
  fix: 'Name the record that was merged, and not the one into which it was.',
});

export const RECORD_NOT_KNOWN = defineProblem({
  ...COMMON,
  code: 'record-not-known',
  title: 'The record is not known',
  says: 'Nothing is known of a person of this id, and merging it would make a person of a misspelt id.',
  fix: 'Check the spelling. People are known from check-ins, proximity, results, isolations and `import people`.',
});

export const RECORD_NOT_KNOWN_YET = defineProblem({
  ...COMMON,
  code: 'record-not-known-yet',
  title: 'The record is not known yet',
  says: 'Nothing is known of a person of this id, and the contact graph is behind the log, which may know of them.',
  fix: 'Ask again once `npx truyvet projections status` says that it has caught up.',
});

export const PROBLEMS = [
  ONE_RECORD,
  MERGED_OTHERWISE,
  PHONE_WOULD_BE_LOST,
  NOT_MERGED,
  RECORD_NOT_KNOWN,
  RECORD_NOT_KNOWN_YET,
];
