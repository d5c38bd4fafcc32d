import { may, PAGE } from '../requests/question-fields.js';
import { TASK_KINDS } from './task-kinds.js';

/** Fields of the question for the list of tasks. */
export const LISTED = {
  kind: { ...may('choice', 'tasks of this kind only'), choices: TASK_KINDS },
  case: may('case', 'contacts of this case only'),
  person: may('person', 'this contact only'),
  due: may('day', 'what is due on this day or before'),
  all: may('flag', 'what is closed or done, too'),
  ...PAGE,
} as const;
