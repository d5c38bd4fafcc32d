import type { QuestionName } from './asked.js';
import { at } from './at.js';
import { caseList } from './case-list.js';
import { chains } from './chains.js';
import { clusters } from './clusters.js';
import { common } from './common.js';
import { contacts } from './contacts.js';
import { factors } from './factors.js';
import { generations } from './generations.js';
import type { Question } from './question.js';
import { sources } from './sources.js';
import { tasks } from '../tasks/questions.js';
import { unreached } from './unreached.js';
import { why } from './why.js';

const ALL: { [N in QuestionName]: { name: N } } = {
  cases: caseList,
  contacts,
  factors,
  why,
  at,
  chains,
  sources,
  common,
  unreached,
  tasks,
  clusters,
  generations,
};

/** Every question with its answer, by name; each takes the parameters that were read for its name. */
export const QUESTIONS = ALL as unknown as Record<QuestionName, Question>;
