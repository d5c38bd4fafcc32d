/**
 * What other modules need to describe failed alerts and decide about them. It imports little, since texts for people
 * are loaded with every command.
 */
export {
  FAILED,
  FAILURES,
  FAILURES_OF_ALERTS,
  hasNothingToSay,
  KEPT,
  KEPT_WORDS,
  type Kept,
  keptAs,
  reasonOf,
  REPLAYED_BY_DEFAULT,
  REPLAYED_REASONS,
  waitsForMorning,
} from './failures.js';
