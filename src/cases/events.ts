import { SHARED } from '../contact-graph/place-facts.js';
import { z } from 'zod';
import { count, freeText, id, instant, minutes, ordinal, position } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';
import { profileSchema } from './profile-schema.js';
import { CONFIRMATIONS } from './rapid-antigen.js';

const contact = z.strictObject({
  personId: id,
  /** 1 met the case, 2 met one of degree 1, and so on. */
  degree: ordinal,
  firstExposureAt: instant,
  /** Minutes met, the union of all meetings inside the window; from degree 2 on with the one met longest. */
  minutes,
  /** Of an F1: every meeting with the case, in order. */
  meetings: z.array(
    z.strictObject({
      /** Null for a meeting measured by their phones. */
      placeId: id.nullable(),
      from: instant,
      to: instant,
      /** It rests on a stay of which nobody knows the end. */
      imputed: z.boolean(),
      /** They were not there at the same time: what the case had left in the air counts. */
      lingering: z.boolean(),
    }),
  ),
  /** From degree 2 on: those of the degree before who were met, sorted; of more than 100 the first 100. */
  via: z.array(id),
  /**
   * When the last meeting ended; null while it goes on for all that is known, as among people of one household of whom
   * nobody is isolated.
   */
  lastExposureAt: instant.nullable(),
  /** What was shared, where the rules make a contact of that alone; then no meeting need have been measured. */
  shared: z.array(z.enum(SHARED)),
});
export type Contact = z.infer<typeof contact>;
/** One stretch in which two people met. */
export type Meeting = Contact['meetings'][number];

const factor = z.strictObject({
  personId: id,
  shared: z.array(z.enum(SHARED)).min(1),
  /** From when on, the first time. */
  since: instant,
  /** Where, of what is shared at a place; sorted. */
  placeIds: z.array(id),
});
/**
 * Somebody who shares something with the case without being a contact of degree 1: an epidemiological factor. It is
 * watched and counts where rules ask for one; nobody is alerted for it.
 */
export type Factor = z.infer<typeof factor>;

/** Meetings were first recorded without saying what they rest on. */
const withoutFlags = (data: unknown) => {
  const { found, ...rest } = data as { found: { meetings: object[] }[] };
  const flagged = (meeting: object) => ({ imputed: false, lingering: false, ...meeting });
  return { ...rest, found: found.map((each) => ({ ...each, meetings: each.meetings.map(flagged) })) };
};

/** Traces first went to the second degree at most. */
const countedTwoDegrees = (data: unknown) => {
  const { f1, f2, ...rest } = data as { f1: number; f2: number };
  return { ...rest, counts: f2 === 0 ? [f1] : [f1, f2], greatestDegree: 2, lingeringMinutes: 0 };
};

/** Traces first looked for nothing but meetings, and did not say when the last of them ended. */
const withoutSharing = (data: unknown) => {
  const { found, ...rest } = data as { found: { firstExposureAt: string; meetings: { to: string }[] }[] };
  const last = (each: (typeof found)[number]) => each.meetings.map(({ to }) => to).sort();
  return {
    ...rest,
    found: found.map((each) => ({ ...each, lastExposureAt: last(each).at(-1) ?? each.firstExposureAt, shared: [] })),
    factors: [],
    factorsGone: [],
  };
};

/** Isolation first ended a window for good: none was left out of it. */
const isolationEndedIt = (data: unknown) => data;

/** What one positive sample says of an illness. */
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

/** The person is a case (F0) on the evidence of this sample; again for a sample of which facts were corrected. */
export const CaseConfirmed = defineEvent({
  type: 'CaseConfirmed',
  version: 3,
  says: 'A positive sample makes the person a case; again when the facts of that sample change.',
  data: z.strictObject({
    caseId: id,
    personId: id,
    disease: id,
    ...evidence,
  }),
  upcasts: [
    (data) => ({ rashAt: null, ...(data as object) }),
    (data) => ({ confirmation: 'result', ...(data as object) }),
  ],
});
export type CaseConfirmed = EventOf<typeof CaseConfirmed>;

/** A sample that had confirmed the case was retracted or corrected, while others still confirm it. */
export const CaseEvidenceWithdrawn = defineEvent({
  type: 'CaseEvidenceWithdrawn',
  version: 1,
  says: 'One of several samples no longer confirms the case.',
  data: z.strictObject({ caseId: id, sampleId: id }),
});
export type CaseEvidenceWithdrawn = EventOf<typeof CaseEvidenceWithdrawn>;

/** When the case was infectious: `until` null means until isolation, and open while none is recorded. */
export const InfectiousWindowChanged = defineEvent({
  type: 'InfectiousWindowChanged',
  version: 1,
  says: 'When the case was infectious, from what is known now; `until` null is until isolation.',
  data: z.strictObject({
    caseId: id,
    from: instant,
    until: instant.nullable(),
    /** The onset or the sampling from which the profile counts. */
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

/** A part of what a trace found that the trace before it had not. Counts only once its TraceCompleted is there. */
export const ContactsTraced = defineEvent({
  type: 'ContactsTraced',
  version: 3,
  says: 'A part of what a trace found beyond the trace before it; counts once its TraceCompleted is there.',
  data: z.strictObject({
    caseId: id,
    traceId: id,
    /** From 0. */
    index: count,
    /**
     * New contacts and those of whom something changed, with all their facts. One of very many meetings is named
     * several times, each time with a part of them.
     */
    found: z.array(contact),
    /** People who are no contact any more. */
    gone: z.array(id),
    /** New factors and those of which something changed. */
    factors: z.array(factor),
    /** People who are no factor any more. */
    factorsGone: z.array(id),
  }),
  upcasts: [withoutFlags, withoutSharing],
});
export type ContactsTraced = EventOf<typeof ContactsTraced>;

export const TraceCompleted = defineEvent({
  type: 'TraceCompleted',
  version: 4,
  says: 'A trace is whole: its parts hold now.',
  data: z.strictObject({
    caseId: id,
    traceId: id,
    chunks: count,
    /** The window traced; `until` null when it is open. */
    from: instant,
    until: instant.nullable(),
    profileId: id,
    profileVersion: ordinal,
    /** Commit position that the graph had passed before it was read. */
    graphPosition: position,
    /** How many contacts there are of each degree, from 1. */
    counts: z.array(count),
    /** How many people share something with the case without being contacts of degree 1. */
    factors: count,
    /** How far the profile has contacts traced. */
    greatestDegree: ordinal,
    /** Minutes for which the air of a place stays infectious under the profile. */
    lingeringMinutes: minutes,
    /** Stretches of the window that isolation covers, in order; left out where there is none. */
    isolated: z.array(z.strictObject({ from: instant, until: instant })).optional(),
  }),
  upcasts: [countedTwoDegrees, (data) => ({ factors: 0, ...(data as object) }), isolationEndedIt],
});
export type TraceCompleted = EventOf<typeof TraceCompleted>;

/** A disease profile of the tenant's own; the whole file as data. */
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
        'is no disease profile that this program knows; compare it with one of `npx truyvet profiles show ID --json`',
      ),
  }),
});
export type ProfileAdded = EventOf<typeof ProfileAdded>;

/** A tenant's own profile counts no longer for new cases. */
export const ProfileRetired = defineEvent({
  type: 'ProfileRetired',
  version: 1,
  says: 'A tenant’s own disease profile, in all its versions, counts no longer for new cases.',
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
/** Disease profiles of the tenant's own. */
export const profilesStream = defineStream({
  pattern: 'profiles',
  name: () => 'profiles',
  events: eventSet(ProfileAdded, ProfileRetired),
});

/** All streams of the module. */
export const STREAMS = [caseStream, profilesStream];
