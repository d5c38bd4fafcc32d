import { askCases, askClusters, askCommon, askUnreached } from './requests/cases.js';
import { askAt, askChains, askWhy } from './requests/meetings.js';
import { askContacts, askFactors, askGenerations, askSources } from './requests/one-case.js';

/** All questions of a tracing team. */
export const QUESTIONS = [
  ...[askContacts, askCases, askFactors, askWhy, askAt, askChains],
  ...[askSources, askCommon, askUnreached, askClusters, askGenerations],
];
