import { may, PAGE } from '../requests/question-fields.js';
import { TASK_KINDS } from './task-kinds.js';

/** Fields of the question for the list of tasks. */
export const LISTED = {
  kind: { ...may('choice', 'only tasks of this kind'), choices: TASK_KINDS },
  case: may('case', 'only contacts of this case'),
  person: may('person', 'only this contact'),
  due: may('day', 'only tasks due on this day or before'),
  all: may('flag', 'also tasks that are closed or done'),
  ...PAGE,
} as const;
