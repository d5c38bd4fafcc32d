import { defineProblem } from '../kernel/problem.js';

export const WRONG_FIELDS = defineProblem({
  code: 'wrong-fields',
  status: 422,
  title: 'Fields are invalid',
  says: 'Fields of the request are missing, invalid or unknown. `errors` names each with its reason.',
  fix: 'Do what `errors` says for each field. Nothing was stored.',
});

export const NOT_ALLOWED = defineProblem({
  code: 'not-allowed',
  status: 403,
  title: 'Not allowed',
  says: 'The caller does not have the right that the request requires.',
  fix: 'Ask a person who has the right to do it.',
});

export const PROBLEMS = [WRONG_FIELDS, NOT_ALLOWED];
