/** The interface of this module for others. */
export type { Overview } from './overview-answer.js';
