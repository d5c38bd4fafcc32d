import type { Shared } from '../contact-graph/place-facts.js';
import type { Calendar, DayCount } from '../kernel/calendar.js';
import { dayNumber, LATEST_INSTANT, type Instant } from '../kernel/instant.js';
import type { QuarantineRules } from './quarantine.js';

/** The rules of one disease as one authority gave them: data, versioned by the date from which they hold. */
export interface DiseaseProfile {
  id: string;
  version: number;
  /** What results name; lower case. */
  disease: string;
  name: string;
  /** Where the rules are written. */
  source: string;
  /** Where a number is from when it is not the source's own, and what of the rules cannot be said here. */
  notes: string[];
  /** Who gave the rules, such as `vn` or `who`: of a disease with several, a tenant follows its own authority's. */
  authority: string;
  /** First day on which they hold, `yyyy-mm-dd`, UTC. */
  effectiveFrom: string;
  infectious: {
    /** What days are counted from: the first of these that is known, */
    anchors: Anchor[];
    /** or where that is `earliest`, for the start of the window, whichever of them makes it begin earliest. */
    anchorChoice: 'first' | 'earliest';
    /** Days counted back from the anchor, and from sampling where that is otherwise. */
    daysBefore: number;
    daysBeforeSampling: number | null;
    end: WindowEnd;
  };
  /** Minutes met that make a contact; 0 takes any meeting at all. */
  minimumMinutes: number;
  /** Hours within which those minutes must lie; null adds up all meetings. */
  withinHours: number | null;
  /** Measured distance beyond which nearness is no contact; null takes every distance. */
  distanceMetres: number | null;
  /** Minutes for which the air of a place stays infectious after someone infectious has left. */
  lingeringMinutes: number;
  /** Where seats are numbered: rows apart up to which people are contacts; null takes everyone aboard. */
  seatRows: number | null;
  /** What it makes of people to share one of these without a measured contact. */
  sharing: Record<Shared, Sharing>;
  /** When a rapid antigen test alone confirms a case; null takes every positive result for one. */
  rapidAntigen: RapidAntigenRule | null;
  /** Days after which a positive sample of the same person is a new illness. */
  reinfectionDays: number;
  followUpDays: number;
  /** For how long contacts of each degree stay at home or watch their health; nothing is said of those left out. */
  quarantine: QuarantineRules;
  /** Days after the last exposure on which a contact is tested. */
  testDays: number[];
  /** 2 finds contacts of contacts, 3 theirs, up to 5. */
  greatestDegree: number;
}

export type Anchor = 'onset' | 'rash' | 'sampling';

/** What ends an infectious window: isolation, days after the anchor, or the sample that shows that it is over. */
export type WindowEnd =
  | { type: 'isolation' }
  | { type: 'days'; daysAfter: number }
  /** A negative result, or a positive one with a Ct value above; at the latest so many days after the anchor. */
  | { type: 'negative'; ctAbove: number | null; daysAfterAtMost: number | null };

/** A contact like any other, an epidemiological factor (a class of its own), or nothing. */
export type Sharing = 'contact' | 'factor' | 'none';

/** A positive rapid antigen test confirms a case where any of the first four holds. */
export interface RapidAntigenRule {
  /** The person is a contact of degree 1 of a live case. */
  ofContacts: boolean;
  /** The person is a contact of any degree, or shares something with a live case. */
  withFactor: boolean;
  /** The person has symptoms (an onset is known). */
  withSymptoms: boolean;
  /** A second positive rapid test so many hours at most after the first one's result; null never. */
  repeatedWithinHours: number | null;
  /** Symptoms and repeats count only together with such a factor. */
  factorNeeded: boolean;
}

export interface InfectiousWindow {
  from: Instant;
  /** Excluded; null is until isolation. */
  until: Instant | null;
  anchorAt: Instant;
  basis: Anchor | 'investigator';
}

/** What is known of the start of an illness, all instants. */
export interface Anchors {
  collectedAt: Instant;
  onsetAt: Instant | null;
  rashAt: Instant | null;
  /** An investigator's own window; either side alone leaves the other to the profile. */
  from: Instant | null;
  until: Instant | null;
}

/**
 * When a case is infectious under a profile. So many days before or after an anchor is its time of the day, also where
 * clocks were changed between.
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
  // A sample was always taken: without any of the anchors that a profile names, the days count from it.
  const sampled = calendar.plusDays(known.collectedAt, -(daysBeforeSampling ?? daysBefore));
  const first = starts[0] ?? { anchor: 'sampling' as const, at: known.collectedAt, from: sampled };
  const start =
    anchorChoice === 'earliest'
      ? starts.reduce((least, each) => (each.from < least.from ? each : least), first)
      : first;
  return {
    // Days may be parts of one, and reach to before the first that is kept.
    from: known.from ?? Math.max(0, Math.floor(start.from)),
    // What comes to be known of the start takes nothing from the end, which counts from what the rules name first.
    until: known.until ?? endOf(end, first.at, calendar),
    anchorAt: start.at,
    basis: known.from !== null || known.until !== null ? 'investigator' : start.anchor,
  };
}

/** The end that is known beforehand: isolation and clearing samples are looked for when the case is traced. */
function endOf(end: WindowEnd, anchorAt: Instant, calendar: DayCount): Instant | null {
  const days = end.type === 'days' ? end.daysAfter : end.type === 'negative' ? end.daysAfterAtMost : null;
  return days === null ? null : Math.min(LATEST_INSTANT, calendar.plusDays(anchorAt, days));
}

/**
 * The profiles that count for a tenant, in the order in which `profileInForce` takes them: of each disease the
 * program's own of the tenant's authority, or all of the program's where that authority gave none, and always those
 * that the tenant added.
 */
export function profilesThatCount(
  builtIn: readonly DiseaseProfile[],
  added: readonly DiseaseProfile[],
  authority: string,
): DiseaseProfile[] {
  const ruled = new Set(builtIn.filter((profile) => profile.authority === authority).map(({ disease }) => disease));
  // From the day on which a tenant's own first hold, no newer one of the program may take their place unasked.
  const overruled = ({ disease, effectiveFrom }: DiseaseProfile) =>
    added.some((own) => own.disease === disease && own.effectiveFrom <= effectiveFrom);
  const counts = (profile: DiseaseProfile) =>
    (profile.authority === authority || !ruled.has(profile.disease)) && !overruled(profile);
  return [...builtIn.filter(counts), ...added];
}

/** The profiles that count, and by which calendar their days do. */
export interface ProfilesInUse {
  /** In the order in which they were added. */
  readonly all: readonly DiseaseProfile[];
  readonly calendar: Pick<Calendar, 'dayOf' | 'plusDays'>;
}

/** The profile of a disease in force at an instant: that of its day. */
export function profileInForce(
  { all, calendar }: ProfilesInUse,
  disease: string,
  at: Instant,
): DiseaseProfile | undefined {
  return profileOn(all, disease, calendar.dayOf(at));
}

/**
 * The profile of a disease in force on a day: of those already effective the latest, of those effective on the same day
 * the one added last. History from before all of them is read under the earliest.
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
