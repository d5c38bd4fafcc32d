/** What other modules may import from people. */
export {
  PersonIsolated,
  PersonMerged,
  PersonRegistered,
  PersonReleased,
  PersonUnmerged,
  personStream,
  type Language,
} from './events.js';
export { freeStretches, type Stretches } from './isolation.js';
export { merge } from './merge.js';
export { personDecider } from './person.js';
export { recordsOf } from './records.js';
export { currentPhone, personOf, phoneIndexes, registrationsOf, type Registration } from './registrations.js';
