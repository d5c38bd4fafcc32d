/** What others may use of operations. */
export type { Overview } from './overview-answer.js';
