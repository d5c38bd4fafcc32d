import type { Shared } from '../contact-graph/place-facts.js';
import type { Calendar, DayCount } from '../kernel/calendar.js';
import { dayNumber, LATEST_INSTANT, type Instant } from '../kernel/instant.js';
import type { QuarantineRules } from './quarantine.js';

/** The rules of one authority for one disease: data, versioned by the date from which they apply. */
export interface DiseaseProfile {
  id: string;
  version: number;
  /** The name that results use; lower case. */
  disease: string;
  name: string;
  /** Document that states the rules. */
  source: string;
  /** Origin of numbers that the source does not give, and rules that a profile cannot express. */
  notes: string[];
  /**
   * Who issued the rules, such as `vn` or `who`. Where a disease has several, a tenant follows those of its own
   * authority.
   */
  authority: string;
  /** First day on which the rules apply, `yyyy-mm-dd`, UTC. */
  effectiveFrom: string;
  infectious: {
    /** Days are counted from the first of these anchors that is known. */
    anchors: Anchor[];
    /**
     * `earliest`: the window starts by whichever anchor gives the earliest start, instead of by the first known one.
     */
    anchorChoice: 'first' | 'earliest';
    /**
     * Days counted back from the anchor; `daysBeforeSampling` replaces them for sampling, null if it is the same
     * number.
     */
    daysBefore: number;
    daysBeforeSampling: number | null;
    end: WindowEnd;
  };
  /** Minutes of meeting that make a contact; 0 accepts any meeting. */
  minimumMinutes: number;
  /** Hours within which those minutes must fall; null adds up all meetings. */
  withinHours: number | null;
  /** Measured distance beyond which proximity does not make a contact; null accepts any distance. */
  distanceMetres: number | null;
  /** Minutes for which the air of a place stays infectious after an infectious person has left. */
  lingeringMinutes: number;
  /**
   * Where seats are numbered: greatest distance in rows at which people are contacts; null makes everyone aboard one.
   */
  seatRows: number | null;
  /** What people become if they share one of these without a measured contact. */
  sharing: Record<Shared, Sharing>;
  /** When a rapid antigen test confirms a case; null accepts every positive result. */
  rapidAntigen: RapidAntigenRule | null;
  /** Days after which a positive sample of the same person is a new illness. */
  reinfectionDays: number;
  followUpDays: number;
  /** How long contacts of each degree stay at home or watch their health; degrees left out get no such advice. */
  quarantine: QuarantineRules;
  /** Days after the last exposure on which a contact is tested. */
  testDays: number[];
  /** Greatest degree that is traced: 2 includes contacts of contacts, 3 theirs, up to 5. */
  greatestDegree: number;
}

export type Anchor = 'onset' | 'rash' | 'sampling';

/**
 * What ends an infectious window: isolation, a number of days after the anchor, or a sample that shows that it is over.
 */
export type WindowEnd =
  | { type: 'isolation' }
  | { type: 'days'; daysAfter: number }
  /**
   * A negative result, or a positive one with a higher Ct value than this; at the latest this many days after the
   * anchor.
   */
  | { type: 'negative'; ctAbove: number | null; daysAfterAtMost: number | null };

/** A contact like any other, an epidemiological factor (a class of its own), or nothing. */
export type Sharing = 'contact' | 'factor' | 'none';

/** A positive rapid antigen test confirms a case where any of the first four applies. */
export interface RapidAntigenRule {
  /** The person is a contact of degree 1 of a live case. */
  ofContacts: boolean;
  /** The person is a contact of any degree, or shares something with a live case. */
  withFactor: boolean;
  /** The person has symptoms (an onset is known). */
  withSymptoms: boolean;
  /**
   * Hours after the result of the first positive rapid test within which a second one confirms; null if it never does.
   */
  repeatedWithinHours: number | null;
  /** Symptoms and repeated tests confirm only together with an epidemiological factor. */
  factorNeeded: boolean;
}

export interface InfectiousWindow {
  from: Instant;
  /** Exclusive; null means until isolation. */
  until: Instant | null;
  anchorAt: Instant;
  basis: Anchor | 'investigator';
}

/** What is known about the start of an illness; all instants. */
export interface Anchors {
  collectedAt: Instant;
  onsetAt: Instant | null;
  rashAt: Instant | null;
  /** A window set by an investigator; a side that is null is left to the profile. */
  from: Instant | null;
  until: Instant | null;
}

/**
 * Returns when a case is infectious under a profile. Days before or after an anchor keep its time of day, even across a
 * change of clocks.
 */
export function infectiousWindow(profile: DiseaseProfile, known: Anchors, calendar: DayCount): InfectiousWindow {
  const { anchors, anchorChoice, daysBefore, daysBeforeSampling, end } = profile.infectious;
  const instants = { onset: known.onsetAt, rash: known.rashAt, sampling: known.collectedAt };
  const starts = anchors.flatMap((anchor) => {
    const at = instants[anchor];
    if (at === null) return [];
    const before = anchor === 'sampling' ? (daysBeforeSampling ?? daysBefore) : daysBefore;
    return [{ anchor, at, from: calendar.plusDays(at, -before) }];
  });
  // There is always a sample: if none of the profile's anchors is known, days count from it.
  const sampled = calendar.plusDays(known.collectedAt, -(daysBeforeSampling ?? daysBefore));
  const first = starts[0] ?? { anchor: 'sampling' as const, at: known.collectedAt, from: sampled };
  const start =
    anchorChoice === 'earliest'
      ? starts.reduce((least, each) => (each.from < least.from ? each : least), first)
      : first;
  return {
    // Days may be fractions, and may reach back before the earliest instant that can be stored.
    from: known.from ?? Math.max(0, Math.floor(start.from)),
    // A newly known start must not shorten the end, which counts from the first anchor that the rules name.
    until: known.until ?? endOf(end, first.at, calendar),
    anchorAt: start.at,
    basis: known.from !== null || known.until !== null ? 'investigator' : start.anchor,
  };
}

/** The end that is known in advance; a trace looks for isolation and for clearing samples later. */
function endOf(end: WindowEnd, anchorAt: Instant, calendar: DayCount): Instant | null {
  const days = end.type === 'days' ? end.daysAfter : end.type === 'negative' ? end.daysAfterAtMost : null;
  return days === null ? null : Math.min(LATEST_INSTANT, calendar.plusDays(anchorAt, days));
}

/**
 * The profiles that apply for a tenant, in the order that `profileInForce` expects. For each disease these are the
 * built-in ones of the tenant's authority, or all built-in ones if that authority has none, and always those that the
 * tenant added.
 */
export function profilesThatCount(
  builtIn: readonly DiseaseProfile[],
  added: readonly DiseaseProfile[],
  authority: string,
): DiseaseProfile[] {
  const ruled = new Set(builtIn.filter((profile) => profile.authority === authority).map(({ disease }) => disease));
  // From the day on which the tenant's own profile first applies, a newer built-in one must not replace it unasked.
  const overruled = ({ disease, effectiveFrom }: DiseaseProfile) =>
    added.some((own) => own.disease === disease && own.effectiveFrom <= effectiveFrom);
  const counts = (profile: DiseaseProfile) =>
    (profile.authority === authority || !ruled.has(profile.disease)) && !overruled(profile);
  return [...builtIn.filter(counts), ...added];
}

/** The profiles that apply, and the calendar in which their days are counted. */
export interface ProfilesInUse {
  /** In the order in which they were added. */
  readonly all: readonly DiseaseProfile[];
  readonly calendar: Pick<Calendar, 'dayOf' | 'plusDays'>;
}

/** The profile of a disease in force at an instant: the one of that day. */
export function profileInForce(
  { all, calendar }: ProfilesInUse,
  disease: string,
  at: Instant,
): DiseaseProfile | undefined {
  return profileOn(all, disease, calendar.dayOf(at));
}

/**
 * The profile of a disease in force on a day: the latest that has taken effect; of those that took effect on the same
 * day, the one added last. Days before all profiles come under the earliest.
 * @param profiles in the order in which they were added.
 * @param day as days after 1 January 1970.
 */
export function profileOn(
  profiles: readonly DiseaseProfile[],
  disease: string,
  day: number,
): DiseaseProfile | undefined {
  const ofDisease = profiles.filter((profile) => profile.disease === disease);
  const effective = ofDisease.filter((profile) => effectiveDay(profile) <= day);
  if (effective.length === 0) {
    return ofDisease.reduce<DiseaseProfile | undefined>(
      (best, next) => (best && effectiveDay(best) < effectiveDay(next) ? best : next),
      undefined,
    );
  }
  return effective.reduce((best, next) => (effectiveDay(next) >= effectiveDay(best) ? next : best));
}

function effectiveDay({ effectiveFrom }: DiseaseProfile): number {
  return dayNumber(effectiveFrom);
}
