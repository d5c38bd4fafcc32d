/** What other modules may import from presence. */
export {
  CheckedIn,
  CheckedOut,
  PRESENCE,
  ProximityObserved,
  VisitCorrected,
  VisitRetracted,
  presenceStream,
  type PresenceEvent,
} from './events.js';
export { personFirstSeen } from './first-seen.js';
export { KnownVisits, type KnownVisit } from './known-visits.js';
export { withoutRepeats } from './stays.js';
export { storePresence } from './store-presence.js';
