import { SHARED } from '../contact-graph/place-facts.js';
import { z } from 'zod';
import { count, freeText, id, instant, minutes, ordinal, position } from '../kernel/content.js';
import { adding, defineEvent, eventSet, upcast, type EventOf } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';
import { profileSchema } from './profile-schema.js';
import { CONFIRMATIONS } from './rapid-antigen.js';

const contact = z.strictObject({
  personId: id,
  /** 1 met the case, 2 met a contact of degree 1, and so on. */
  degree: ordinal,
  firstExposureAt: instant,
  /** Minutes met: the union of all meetings inside the window; from degree 2 on, with the source met longest. */
  minutes,
  /** For an F1: every meeting with the case, in order. */
  meetings: z.array(
    z.strictObject({
      /** Null for a meeting measured by phones. */
      placeId: id.nullable(),
      from: instant,
      to: instant,
      /** The meeting depends on a stay whose end was not recorded. */
      imputed: z.boolean(),
      /** The case had already left: the contact breathed the air that stayed infectious. */
      lingering: z.boolean(),
    }),
  ),
  /** From degree 2 on: contacts of the previous degree who were met, sorted; at most the first 100. */
  via: z.array(id),
  /**
   * When the last meeting ended; null while it is not known to have ended, as in a household where nobody is isolated.
   */
  lastExposureAt: instant.nullable(),
  /** What was shared, if the rules make sharing alone a contact; then no meeting need have been measured. */
  shared: z.array(z.enum(SHARED)),
});
export type Contact = z.infer<typeof contact>;
/** One stretch in which two people met. */
export type Meeting = Contact['meetings'][number];

const factor = z.strictObject({
  personId: id,
  shared: z.array(z.enum(SHARED)).min(1),
  /** When the sharing first began. */
  since: instant,
  /** Places where something was shared; sorted. */
  placeIds: z.array(id),
});
/**
 * A person with an epidemiological factor: they share something with the case without being a contact of degree 1. They
 * are watched, and the factor counts where rules ask for one; nobody is alerted because of it.
 */
export type Factor = z.infer<typeof factor>;

/** Version 1 recorded meetings without the flags `imputed` and `lingering`. */
const withoutFlags = upcast(
  z.looseObject({ found: z.array(z.looseObject({ meetings: z.array(z.looseObject({})) })) }),
  ({ found, ...rest }) => {
    const flagged = (meeting: object) => ({ imputed: false, lingering: false, ...meeting });
    return { ...rest, found: found.map((each) => ({ ...each, meetings: each.meetings.map(flagged) })) };
  },
);

/** Version 1 traced two degrees at most. */
const countedTwoDegrees = upcast(z.looseObject({ f1: count, f2: count }), ({ f1, f2, ...rest }) => ({
  ...rest,
  counts: f2 === 0 ? [f1] : [f1, f2],
  greatestDegree: 2,
  lingeringMinutes: 0,
}));

/** Earlier versions recorded meetings only, and not when the last of them ended. */
const withoutSharing = upcast(
  z.looseObject({
    found: z.array(
      z.looseObject({ firstExposureAt: z.string(), meetings: z.array(z.looseObject({ to: z.string() })) }),
    ),
  }),
  ({ found, ...rest }) => {
    const last = (each: (typeof found)[number]) => each.meetings.map(({ to }) => to).sort();
    return {
      ...rest,
      found: found.map((each) => ({ ...each, lastExposureAt: last(each).at(-1) ?? each.firstExposureAt, shared: [] })),
      factors: [],
      factorsGone: [],
    };
  },
);

/** Earlier versions had no isolated stretches inside a window: isolation ended the window for good. */
const isolationEndedIt = (data: unknown) => data;

/** What one positive sample shows of an illness. */
const evidence = {
  sampleId: id,
  collectedAt: instant,
  onsetAt: instant.nullable(),
  infectiousFrom: instant.nullable(),
  infectiousUntil: instant.nullable(),
  rashAt: instant.nullable(),
  confirmation: z.enum(CONFIRMATIONS),
};
export type CaseEvidence = Omit<CaseConfirmed['data'], 'caseId' | 'personId' | 'disease'>;

/**
 * The person is a case (F0) on the evidence of this sample; recorded again when facts of that sample were corrected.
 */
export const CaseConfirmed = defineEvent({
  type: 'CaseConfirmed',
  version: 3,
  says: 'A positive sample makes the person a case; recorded again when the facts of that sample are corrected.',
  data: z.strictObject({
    caseId: id,
    personId: id,
    disease: id,
    ...evidence,
  }),
  upcasts: [adding({ rashAt: null }), adding({ confirmation: 'result' })],
});
export type CaseConfirmed = EventOf<typeof CaseConfirmed>;

/** A sample that confirmed the case was retracted or corrected, while other samples still confirm it. */
export const CaseEvidenceWithdrawn = defineEvent({
  type: 'CaseEvidenceWithdrawn',
  version: 1,
  says: 'One of several samples no longer confirms the case.',
  data: z.strictObject({ caseId: id, sampleId: id }),
});
export type CaseEvidenceWithdrawn = EventOf<typeof CaseEvidenceWithdrawn>;

/** When the case was infectious; `until` null means until isolation, so open while no isolation is recorded. */
export const InfectiousWindowChanged = defineEvent({
  type: 'InfectiousWindowChanged',
  version: 1,
  says: 'When the case was infectious, as far as is known now; an `until` of null means until isolation.',
  data: z.strictObject({
    caseId: id,
    from: instant,
    until: instant.nullable(),
    /** The onset, rash or sampling from which the profile counts. */
    anchorAt: instant,
    basis: z.enum(['onset', 'rash', 'sampling', 'investigator']),
    profileId: id,
    profileVersion: ordinal,
  }),
});
export type InfectiousWindowChanged = EventOf<typeof InfectiousWindowChanged>;

/** No sample confirms the case any more: nobody was exposed to it. */
export const CaseRetracted = defineEvent({
  type: 'CaseRetracted',
  version: 1,
  says: 'No sample confirms the case any more.',
  data: z.strictObject({ caseId: id, reason: freeText }),
});
export type CaseRetracted = EventOf<typeof CaseRetracted>;

/**
 * One part of the differences between a trace and the trace before it. It counts only once its TraceCompleted is
 * recorded.
 */
export const ContactsTraced = defineEvent({
  type: 'ContactsTraced',
  version: 3,
  says:
    'One part of the differences between a trace and the trace before it; counts once its TraceCompleted is ' +
    'recorded.',
  data: z.strictObject({
    caseId: id,
    traceId: id,
    /** From 0. */
    index: count,
    /**
     * New and changed contacts, with all their facts. A contact with very many meetings is repeated, each time with a
     * part of the meetings.
     */
    found: z.array(contact),
    /** People who are no longer contacts. */
    gone: z.array(id),
    /** New and changed factors. */
    factors: z.array(factor),
    /** People who no longer have a factor. */
    factorsGone: z.array(id),
  }),
  upcasts: [withoutFlags, withoutSharing],
});
export type ContactsTraced = EventOf<typeof ContactsTraced>;

export const TraceCompleted = defineEvent({
  type: 'TraceCompleted',
  version: 4,
  says: 'A trace is complete: its parts count from now on.',
  data: z.strictObject({
    caseId: id,
    traceId: id,
    chunks: count,
    /** The window that was traced; `until` is null when it is open. */
    from: instant,
    until: instant.nullable(),
    profileId: id,
    profileVersion: ordinal,
    /** Position of the log that the graph had passed before the trace read it. */
    graphPosition: position,
    /** How many contacts there are of each degree, from 1. */
    counts: z.array(count),
    /** How many people share something with the case without being contacts of degree 1. */
    factors: count,
    /** Greatest degree that the profile has traced. */
    greatestDegree: ordinal,
    /** Minutes for which the air of a place stays infectious under the profile. */
    lingeringMinutes: minutes,
    /** Stretches of the window that isolation covers, in order; left out where there are none. */
    isolated: z.array(z.strictObject({ from: instant, until: instant })).optional(),
  }),
  upcasts: [countedTwoDegrees, adding({ factors: 0 }), isolationEndedIt],
});
export type TraceCompleted = EventOf<typeof TraceCompleted>;

/** A tenant's own disease profile; the whole file as data. */
export const ProfileAdded = defineEvent({
  type: 'ProfileAdded',
  version: 1,
  says: 'A tenant’s own disease profile, or a new version of it.',
  data: z.strictObject({
    profileId: id,
    version: ordinal,
    profile: z
      .record(z.string(), z.unknown())
      .refine(
        (profile) => profileSchema.safeParse(profile).success,
        'is not a disease profile that this program knows; compare it with one of `npx truyvet profiles show ID --json`',
      ),
  }),
});
export type ProfileAdded = EventOf<typeof ProfileAdded>;

/** A tenant's own profile no longer applies to new cases. */
export const ProfileRetired = defineEvent({
  type: 'ProfileRetired',
  version: 1,
  says: 'A tenant’s own disease profile, in all its versions, no longer applies to new cases.',
  data: z.strictObject({ profileId: id }),
});
export type ProfileRetired = EventOf<typeof ProfileRetired>;

export const CASE = eventSet(
  CaseConfirmed,
  CaseEvidenceWithdrawn,
  InfectiousWindowChanged,
  CaseRetracted,
  ContactsTraced,
  TraceCompleted,
);
export type CaseEvent =
  CaseConfirmed | CaseEvidenceWithdrawn | InfectiousWindowChanged | CaseRetracted | ContactsTraced | TraceCompleted;

export const caseStream = defineStream({
  pattern: 'case-<caseId>',
  name: (caseId: string) => `case-${caseId}`,
  events: CASE,
});

export type ProfileEvent = ProfileAdded | ProfileRetired;
/** The tenant's own disease profiles. */
export const profilesStream = defineStream({
  pattern: 'profiles',
  name: () => 'profiles',
  events: eventSet(ProfileAdded, ProfileRetired),
});

/** All streams of the module. */
export const STREAMS = [caseStream, profilesStream];
