import { defineProblem } from '../kernel/problem.js';

export const PEOPLE_CHANGED = defineProblem({
  code: 'people-changed',
  status: 422,
  title: 'The form is now about other people',
  says: 'Since the form was shown, people were added to or removed from the phone; the answers do not match them.',
  fix: 'Show the form again, and answer it for the people whom it is about now.',
});

export const PROBLEMS = [PEOPLE_CHANGED];
