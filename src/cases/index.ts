/** What other modules may import from cases. */
export { Neo4jCases } from './case-graph.js';
export { caseDecider, type CaseState } from './case.js';
export { diseases } from './diseases.js';
export type { Doubt } from './doubts.js';
export {
  CaseRetracted,
  ContactsTraced,
  TraceCompleted,
  caseStream,
  type CaseEvent,
  type Contact,
  type Factor,
} from './events.js';
export { caseIdOf } from './ids.js';
export { isKnownPerson } from './known-people.js';
export { profileInForce, type DiseaseProfile, type Sharing } from './profile.js';
export { allProfiles, profilesInUse } from './profiles.js';
export { isWithinOwnCase, stayOf, type LastExposure, type Stay } from './quarantine.js';
export { CASE_CHANGES, RESULTS, reactToResults, type CaseToTrace } from './results.js';
