import { defineProblem } from '../kernel/problem.js';

export const PEOPLE_CHANGED = defineProblem({
  code: 'people-changed',
  status: 422,
  title: 'The form is about other people by now',
  says: 'Since the form was shown, people of the same phone were added or left; the answers were not about all of them.',
  fix: 'Show the form again, and answer it for the people whom it names now.',
});

export const PROBLEMS = [PEOPLE_CHANGED];
