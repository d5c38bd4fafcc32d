import type { QuestionName } from './asked.js';
import { at } from './at.js';
import { chains } from './chains.js';
import { contacts } from './contacts.js';
import type { Question } from './question.js';
import { why } from './why.js';

/** Every question with its answer, by name. */
export const QUESTIONS = { contacts, why, at, chains } as unknown as Record<QuestionName, Question>;
