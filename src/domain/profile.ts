import { readInstant, SECONDS_PER_DAY, type Instant } from './instant.js';

/** The rules of one disease as one authority gave them: data, versioned by the date from which they hold. */
export interface DiseaseProfile {
  id: string;
  version: number;
  /** What results name; lower case. */
  disease: string;
  name: string;
  /** Where the rules are written. */
  source: string;
  /** First day on which they hold, `yyyy-mm-dd`, UTC. */
  effectiveFrom: string;
  infectious: {
    /** Days counted back from the onset, or from sampling when there is no onset. */
    daysBefore: number;
    /** What ends the window: isolation, or so many days after the anchor. */
    end: { type: 'isolation' } | { type: 'days'; daysAfter: number };
  };
  /** Minutes met, all meetings together, that make a contact; 0 takes any meeting at all. */
  minimumMinutes: number;
  /** Measured distance beyond which nearness is no contact; null takes every distance. */
  distanceMetres: number | null;
  /** Days after which a positive sample of the same person is a new illness. */
  reinfectionDays: number;
  followUpDays: number;
  /** Days after the last exposure on which a contact is tested. */
  testDays: number[];
  greatestDegree: 1 | 2;
}

export interface InfectiousWindow {
  from: Instant;
  /** Excluded; null is until isolation. */
  until: Instant | null;
  anchorAt: Instant;
  basis: 'onset' | 'sampling' | 'investigator';
}

/** What is known of the start of an illness, all instants. */
export interface Anchors {
  collectedAt: Instant;
  onsetAt: Instant | null;
  /** An investigator's own window; either side alone leaves the other to the profile. */
  from: Instant | null;
  until: Instant | null;
}

/** When a case is infectious under a profile. */
export function infectiousWindow(profile: DiseaseProfile, known: Anchors): InfectiousWindow {
  const anchorAt = known.onsetAt ?? known.collectedAt;
  const { daysBefore, end } = profile.infectious;
  return {
    from: known.from ?? anchorAt - daysBefore * SECONDS_PER_DAY,
    until: known.until ?? (end.type === 'days' ? anchorAt + end.daysAfter * SECONDS_PER_DAY : null),
    anchorAt,
    basis: known.from !== null || known.until !== null ? 'investigator' : known.onsetAt !== null ? 'onset' : 'sampling',
  };
}

/**
 * The profile of a disease in force at an instant: of those already effective the latest, of those effective on the
 * same day the one added last. History from before all of them is read under the earliest.
 * @param profiles in the order in which they were added.
 */
export function profileInForce(
  profiles: readonly DiseaseProfile[],
  disease: string,
  at: Instant,
): DiseaseProfile | undefined {
  const ofDisease = profiles.filter((profile) => profile.disease === disease);
  const effective = ofDisease.filter((profile) => effectiveInstant(profile) <= at);
  if (effective.length === 0) {
    return ofDisease.reduce<DiseaseProfile | undefined>(
      (best, next) => (best && effectiveInstant(best) < effectiveInstant(next) ? best : next),
      undefined,
    );
  }
  return effective.reduce((best, next) => (effectiveInstant(next) >= effectiveInstant(best) ? next : best));
}

function effectiveInstant(profile: DiseaseProfile): Instant {
  return readInstant(`${profile.effectiveFrom}T00:00:00Z`);
}
