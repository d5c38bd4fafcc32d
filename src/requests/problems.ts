import { defineProblem } from '../kernel/problem.js';

export const WRONG_FIELDS = defineProblem({
  code: 'wrong-fields',
  status: 422,
  title: 'Fields are wrong',
  says: 'Fields of the request are missing, wrong or not known. `errors` names each with its reason.',
  fix: 'Do what `errors` says of each field. Nothing was stored.',
});

export const NOT_ALLOWED = defineProblem({
  code: 'not-allowed',
  status: 403,
  title: 'Not allowed',
  says: 'Whoever asks does not hold the right that the request takes.',
  fix: 'Have somebody do it who holds the right.',
});

export const PROBLEMS = [WRONG_FIELDS, NOT_ALLOWED];
