/** What other modules may import from the health form. */
export { healthAnswerLine } from './health-answer-line.js';
