import { z } from 'zod';
import type { DomainEvent, EventOf, EventType } from './events.js';
import { UserError } from '../kernel/errors.js';
import { CONFIRMATIONS } from '../cases/rapid-antigen.js';
import { SHARED } from '../places/sharing.js';
import { TASK_KINDS, TASK_OUTCOMES } from '../tasks/task-kinds.js';
import {
  count,
  day,
  exactText,
  freeText,
  id,
  instant,
  LONGEST_TEXT,
  minutes,
  name,
  ordinal,
  position,
  reference,
  seat,
  stayMinutes,
  staysAtMostAYear,
  textTooLongIn,
  TOO_LONG_A_STAY,
} from '../kernel/content.js';
import { profileSchema } from '../cases/profile-schema.js';

/**
 * Every type of event that the log holds: its schema, its version and how older versions are read. `docs/events.md`
 * is generated from this.
 */

const sealed = z.strictObject({ nonce: exactText, text: exactText, tag: exactText });
const degree = ordinal;
const message = z.enum(['alert', 'withdrawal']);
/** Of a message that was handed over and not accepted. */
const outcome = z.enum(['refused', 'uncertain']);
/** Of alerts, and of the messages that take them back. */
const ALERT_FAILURES = [
  ...(['no-phone', 'unknown-person', 'refused', 'uncertain', 'no-sms'] as const),
  ...(['too-late', 'is-a-case', 'bound', 'file'] as const),
] as const;
const WITHDRAWAL_FAILURES = ['no-phone', 'refused', 'uncertain', 'file', 'over', 'bound', 'is-a-case'] as const;

/** That a message names: `open` where it counts days from a last contact yet to come. */
const lastDay = z.union([day, z.literal('open')]).nullable();

const visit = { visitId: id, personId: id, placeId: id, arrivedAt: instant };
const result = z.strictObject({
  sampleId: id,
  personId: id,
  disease: id,
  collectedAt: instant,
  reportedAt: instant,
  result: z.enum(['positive', 'negative', 'inconclusive']),
  poolSize: ordinal,
  onsetAt: instant.nullable(),
  infectiousFrom: instant.nullable(),
  infectiousUntil: instant.nullable(),
  rashAt: instant.nullable(),
  method: z.enum(['pcr', 'antigen', 'other']).nullable(),
  ct: z.number().min(0).nullable(),
});
const place = z.strictObject({
  placeId: id,
  name: freeText,
  kind: exactText,
  capacity: count.nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  defaultStayMinutes: stayMinutes.nullable(),
});
const contact = z.strictObject({
  personId: id,
  degree,
  firstExposureAt: instant,
  minutes,
  meetings: z.array(
    z.strictObject({
      placeId: id.nullable(),
      from: instant,
      to: instant,
      imputed: z.boolean(),
      lingering: z.boolean(),
    }),
  ),
  via: z.array(id),
  lastExposureAt: instant.nullable(),
  shared: z.array(z.enum(SHARED)),
});
const factor = z.strictObject({
  personId: id,
  shared: z.array(z.enum(SHARED)).min(1),
  since: instant,
  placeIds: z.array(id),
});

interface Definition<Type extends EventType> {
  /** In words, for the catalogue's page: when it is recorded. */
  says: string;
  stream: string;
  version: number;
  schema: z.ZodType<EventOf<Type>['data']>;
  /** Makes version n + 1 of version n; at index 0 that of version 1. */
  upcasters: ((data: unknown) => unknown)[];
}

const define = <Type extends EventType>(
  stream: string,
  says: string,
  schema: z.ZodType<EventOf<Type>['data']>,
  upcasters: Definition<Type>['upcasters'] = [],
): Definition<Type> => ({ stream, says, schema, upcasters, version: upcasters.length + 1 });

/** Stays were first recorded without a seat. */
const withoutSeat = (data: unknown) => ({ seat: null, ...(data as object) });

/** Results were first recorded without a method, a Ct value or a rash. */
const withoutMethod = (data: unknown) => ({ rashAt: null, method: null, ct: null, ...(data as object) });

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

/** Kinds of places were first ruled without saying what people share there. */
const sharingNotRuled = (data: unknown) => ({ shares: null, ...(data as object) });

/** Answers were first of one person alone, as those are still that name no others. */
const ofOnePerson = (data: unknown) => data;
/** Answers of people who are all contacts of one case. */
const ofOneCase = (data: unknown) => data;

const presence = 'presence-<personId>-<yyyymm>';
const sample = 'sample-<sampleId>';
const case_ = 'case-<caseId>';
const alert = 'alert-<alertId>';
const brake = 'brake-<caseId>';
const operations = 'operations-alerts';
const reminder = 'reminder-<disease, phone and day, hashed>';
const task = 'task-<taskId>';
const person = 'person-<personId>';

export const catalogue: { [Type in EventType]: Definition<Type> } = {
  CheckedIn: define(
    presence,
    'A stay at a place began, and ended where `leftAt` is known.',
    z.strictObject({ ...visit, leftAt: instant.nullable(), seat }).refine(staysAtMostAYear, TOO_LONG_A_STAY),
    [withoutSeat],
  ),
  CheckedOut: define(
    presence,
    'A stay ended.',
    z.strictObject({ ...visit, leftAt: instant }).refine(staysAtMostAYear, TOO_LONG_A_STAY),
  ),
  VisitCorrected: define(
    presence,
    'A visit was otherwise than recorded; these are all its facts now.',
    z.strictObject({ ...visit, leftAt: instant.nullable(), seat }).refine(staysAtMostAYear, TOO_LONG_A_STAY),
    [withoutSeat],
  ),
  VisitRetracted: define(presence, 'A visit never took place.', z.strictObject({ visitId: id, personId: id })),
  ProximityObserved: define(
    'presence-<lower personId>-<yyyymm>',
    'The phones of two people were near each other. The same pair and start again replaces it.',
    z.strictObject({
      personA: id,
      personB: id,
      startedAt: instant,
      endedAt: instant,
      distanceMetres: z.number().min(0).nullable(),
    }),
  ),
  SampleCollected: define(
    sample,
    'A tube was filled, from one person or from several.',
    z.strictObject({ sampleId: id, disease: id, collectedAt: instant, poolSize: ordinal }),
  ),
  TestResultReported: define(sample, 'A laboratory reported a result for a person of the tube.', result, [
    withoutMethod,
  ]),
  TestResultCorrected: define(
    sample,
    'The laboratory said something else of the tube, the person and the disease: its last word by `reportedAt` holds.',
    result,
    [withoutMethod],
  ),
  TestResultRetracted: define(
    sample,
    'The result for this disease does not hold; nothing takes its place.',
    z.strictObject({ sampleId: id, personId: id, disease: id, reportedAt: instant }),
  ),
  ResultHeld: define(
    sample,
    'A result of which the profile makes a date impossible; it counts for nothing until a person has looked at it.',
    result.extend({ doubts: z.array(exactText).min(1) }),
  ),
  HeldResultSettled: define(
    sample,
    'A person found a result that was held right, and its report follows, or wrong.',
    z.strictObject({
      sampleId: id,
      personId: id,
      disease: id,
      outcome: z.enum(['released', 'refused']),
      by: name.min(1),
      reason: freeText.min(1),
    }),
  ),
  CaseConfirmed: define(
    case_,
    'A positive sample makes the person a case; again when the facts of that sample change.',
    z.strictObject({
      caseId: id,
      personId: id,
      disease: id,
      sampleId: id,
      collectedAt: instant,
      onsetAt: instant.nullable(),
      infectiousFrom: instant.nullable(),
      infectiousUntil: instant.nullable(),
      rashAt: instant.nullable(),
      confirmation: z.enum(CONFIRMATIONS),
    }),
    [(data) => ({ rashAt: null, ...(data as object) }), (data) => ({ confirmation: 'result', ...(data as object) })],
  ),
  CaseEvidenceWithdrawn: define(
    case_,
    'One of several samples no longer confirms the case.',
    z.strictObject({ caseId: id, sampleId: id }),
  ),
  InfectiousWindowChanged: define(
    case_,
    'When the case was infectious, from what is known now; `until` null is until isolation.',
    z.strictObject({
      caseId: id,
      from: instant,
      until: instant.nullable(),
      anchorAt: instant,
      basis: z.enum(['onset', 'rash', 'sampling', 'investigator']),
      profileId: id,
      profileVersion: ordinal,
    }),
  ),
  CaseRetracted: define(
    case_,
    'No sample confirms the case any more.',
    z.strictObject({ caseId: id, reason: freeText }),
  ),
  ContactsTraced: define(
    case_,
    'A part of what a trace found beyond the trace before it; counts once its TraceCompleted is there.',
    z.strictObject({
      caseId: id,
      traceId: id,
      index: count,
      found: z.array(contact),
      gone: z.array(id),
      factors: z.array(factor),
      factorsGone: z.array(id),
    }),
    [withoutFlags, withoutSharing],
  ),
  TraceCompleted: define(
    case_,
    'A trace is whole: its parts hold now.',
    z.strictObject({
      caseId: id,
      traceId: id,
      chunks: count,
      from: instant,
      until: instant.nullable(),
      profileId: id,
      profileVersion: ordinal,
      graphPosition: position,
      counts: z.array(count),
      factors: count,
      greatestDegree: ordinal,
      lingeringMinutes: minutes,
      isolated: z.array(z.strictObject({ from: instant, until: instant })).optional(),
    }),
    // Isolation first ended a window for good: none was left out of it.
    [countedTwoDegrees, (data) => ({ factors: 0, ...(data as object) }), (data) => data],
  ),
  AlertRequested: define(
    alert,
    'A contact is to be told; opens the stream before anything is sent.',
    z.strictObject({
      alertId: id,
      caseId: id,
      personId: id,
      disease: id,
      degree,
      sequence: count,
    }),
  ),
  AlertJoined: define(
    alert,
    'Another alert, for the same phone or of the same person, relies on this one; `caseId` null is of the same case.',
    z.strictObject({ alertId: id, other: id, personId: id, caseId: id.nullable() }),
    [(data) => ({ caseId: null, ...(data as object) })],
  ),
  AlertCovered: define(
    alert,
    'Another alert tells, or has told, what this one would.',
    z.strictObject({ alertId: id, by: id }),
  ),
  MessageHandedOver: define(
    alert,
    'A message is about to be handed to a provider, through which it may have gone from here on.',
    z.strictObject({ alertId: id, message, provider: name }),
  ),
  HandOverEnded: define(
    alert,
    'The provider certainly did not take the message, or nobody knows whether it did.',
    z.strictObject({
      alertId: id,
      message,
      provider: name,
      outcome,
      detail: freeText,
    }),
  ),
  AlertSent: define(
    alert,
    'A provider accepted the message; `degree` is that of which it spoke, `until` the last day that it named, null where nobody noted it; `cases` are those of which it spoke beside its own.',
    z.strictObject({
      alertId: id,
      provider: name,
      reference,
      degree: degree.nullable(),
      until: lastDay,
      cases: z.array(id),
    }),
    [
      (data) => ({ degree: null, ...(data as object) }),
      (data) => ({ until: null, ...(data as object) }),
      (data) => ({ ...(data as object), cases: [] }),
    ],
  ),
  AlertDelivered: define(alert, 'The network delivered the message.', z.strictObject({ alertId: id, provider: name })),
  AlertUndelivered: define(
    alert,
    'The network could not deliver what the provider had accepted: someone has to visit, unless it was withdrawn by then.',
    z.strictObject({ alertId: id, provider: name, detail: freeText, withdrawn: z.boolean() }),
  ),
  AlertFailed: define(
    alert,
    'The person was not told: someone has to, but for what is over. `provider` is null where none was tried, or noted.',
    z.strictObject({
      alertId: id,
      reason: z.enum(ALERT_FAILURES),
      detail: freeText,
      provider: name.nullable(),
    }),
    [(data) => ({ provider: null, ...(data as object) })],
  ),
  AlertReplayed: define(
    alert,
    'An operator wants a failed alert told again: another alert takes its place.',
    z.strictObject({ alertId: id, by: name, reason: freeText }),
  ),
  AlertWithdrawn: define(
    alert,
    'The alert holds no longer; `told` says that its message had gone and has to be taken back.',
    z.strictObject({ alertId: id, told: z.boolean() }),
  ),
  WithdrawalOwedInDoubt: define(
    alert,
    'The alert holds no longer and nobody can say whether its message went: it is taken back as if it had.',
    z.strictObject({ alertId: id, provider: name }),
  ),
  WithdrawalSent: define(
    alert,
    'A provider accepted the message that takes the alert back.',
    z.strictObject({ alertId: id, provider: name, reference }),
  ),
  WithdrawalHeld: define(
    alert,
    'Somebody else of the phone is still to be warned: nothing is taken back there for now.',
    z.strictObject({ alertId: id, by: id }),
  ),
  WithdrawalFailed: define(
    alert,
    'The message that takes the alert back cannot be sent.',
    z.strictObject({ alertId: id, reason: z.enum(WITHDRAWAL_FAILURES), detail: freeText }),
  ),
  WithdrawalUndelivered: define(
    alert,
    'The network could not deliver the message that takes the alert back: someone has to visit.',
    z.strictObject({ alertId: id, provider: name, detail: freeText }),
  ),
  AlertsHeld: define(
    brake,
    'The alerts of a case wait for a person: there are more of them than is likely.',
    z.strictObject({
      caseId: id,
      contacts: count,
      unlikely: z.array(
        z.strictObject({
          rule: z.enum(['case', 'place', 'day', 'flips']),
          number: count,
          likely: count,
          placeId: id.nullable(),
        }),
      ),
    }),
  ),
  AlertsFreed: define(
    brake,
    'The alerts of the case wait no more: it has changed, and nothing is unlikely any more.',
    z.strictObject({ caseId: id, contacts: count }),
  ),
  AlertsApproved: define(
    brake,
    'A person approved the alerts, up to so many of the case, and of all within 24 hours where that was why.',
    z.strictObject({
      caseId: id,
      contacts: count,
      upTo: z.strictObject({ contacts: count, daily: count }),
      by: name,
      note: freeText,
    }),
  ),
  AlertsRefused: define(
    brake,
    'A person decided that the alerts are not to be sent.',
    z.strictObject({ caseId: id, contacts: count, by: name, note: freeText }),
  ),
  AlertingPaused: define(
    operations,
    'An operator stopped messages from being handed to a provider; null stands for all of them.',
    z.strictObject({ provider: name.nullable(), by: name, reason: freeText }),
  ),
  AlertingResumed: define(
    operations,
    'An operator let what was paused go on.',
    z.strictObject({ provider: name.nullable(), by: name, reason: freeText }),
  ),
  AlertReplayOrdered: define(
    operations,
    'An operator had so many failed alerts told again; each has an AlertReplayed of its own.',
    z.strictObject({
      alerts: ordinal,
      caseId: id.nullable(),
      failedAs: z.array(z.enum(['refused', 'undelivered', 'uncertain', 'file'])),
      provider: name.nullable(),
      by: name,
      reason: freeText,
    }),
  ),
  SetAsideAccepted: define(
    'operations-set-aside',
    'An operator looked at events that are set aside, and says that they stay out.',
    z.strictObject({ events: z.array(id).min(1), by: name, reason: freeText }),
  ),
  RecipientClaimed: define(
    'recipient-<disease and phone, hashed>',
    'This alert is the one that tells a phone of a case.',
    z.strictObject({ alertId: id, caseId: id }),
  ),
  PhoneMessageAllowed: define(
    'allowance-<phone and day, hashed>',
    'A message takes one of those that a phone may get on a day, just before it goes; `said` is what it tells of a contact.',
    z.strictObject({
      messageId: id,
      said: z.strictObject({ degree, until: lastDay, cases: z.array(id) }).nullable(),
    }),
    [
      (data) => {
        const { said, ...rest } = data as { said: object | null };
        return { ...rest, said: said && { ...said, cases: [] } };
      },
    ],
  ),
  ReminderDue: define(
    reminder,
    'A phone is to be reminded on this day of what is due for contacts who have it; opens the stream before anything is sent.',
    z.strictObject({ reminderId: id, disease: id, day }),
  ),
  ReminderHandedOver: define(
    reminder,
    'The reminder is about to be handed to a provider, through which it may have gone from here on.',
    z.strictObject({ reminderId: id, provider: name }),
  ),
  ReminderHandOverEnded: define(
    reminder,
    'The provider certainly did not take the reminder, or nobody knows whether it did.',
    z.strictObject({ reminderId: id, provider: name, outcome, detail: freeText }),
  ),
  ReminderSent: define(
    reminder,
    'A provider accepted the reminder; it spoke of these tasks.',
    z.strictObject({ reminderId: id, provider: name, reference, tasks: z.array(id) }),
  ),
  ReminderFailed: define(
    reminder,
    'The reminder of these tasks cannot be sent, or nobody knows whether it went.',
    z.strictObject({
      reminderId: id,
      reason: z.enum(['refused', 'uncertain']),
      detail: freeText,
      provider: name,
      tasks: z.array(id),
    }),
  ),
  ReminderUndelivered: define(
    reminder,
    'The network could not deliver the reminder of these tasks.',
    z.strictObject({ reminderId: id, provider: name, detail: freeText, tasks: z.array(id) }),
  ),
  TaskClosed: define(
    task,
    'Somebody of the team did what a task asks for, or could not; the note is sealed with the person’s own key.',
    z.strictObject({
      taskId: id,
      kind: z.enum(TASK_KINDS),
      personId: id,
      caseId: id,
      outcome: z.enum(TASK_OUTCOMES),
      by: id,
      note: sealed.nullable(),
    }),
  ),
  TaskReopened: define(
    task,
    'The task is to be done after all.',
    z.strictObject({ taskId: id, by: id, reason: sealed }),
  ),
  ContactAnswered: define(
    'answers-<alertId>',
    'A contact answered by the link of an alert, once; `moved` says that they live elsewhere now. Of a phone of several ' +
      'people the symptoms are those that any of them has, `vaccinated` is that all were, `moved` that anybody has; ' +
      '`others` are the people beside the alert’s own, `ill` is how many of all have symptoms, `ofOtherCases` names the case ' +
      'of those of `others` who are contacts of another one.',
    z
      .strictObject({
        alertId: id,
        caseId: id,
        personId: id,
        symptoms: z.array(z.enum(['fever', 'cough', 'breathing', 'other'])),
        vaccinated: z.boolean(),
        moved: z.boolean(),
        others: z.array(id).min(1).optional(),
        ill: count.optional(),
        ofOtherCases: z
          .array(z.strictObject({ caseId: id, personId: id }))
          .min(1)
          .optional(),
      })
      .refine(({ others, ill }) => (others === undefined) === (ill === undefined), {
        path: ['ill'],
        message: 'must be there with `others`, and not without',
      }),
    [ofOnePerson, ofOneCase],
  ),
  PersonRegistered: define(
    person,
    'A person’s details, sealed with the person’s own key; the last registration holds.',
    z.strictObject({
      personId: id,
      name: sealed.nullable(),
      phone: sealed.nullable(),
      phoneIndex: name.nullable(),
      language: z.string().regex(/^[a-z]{2,3}$/),
      householdId: id.nullable(),
    }),
  ),
  PersonIsolated: define(person, 'Isolation began.', z.strictObject({ personId: id, startedAt: instant })),
  PersonReleased: define(
    person,
    'The isolation that began then ended.',
    z.strictObject({ personId: id, startedAt: instant, endedAt: instant }),
  ),
  RecordLinked: define(
    person,
    'Another record may be of this person; whether it is, that record says.',
    z.strictObject({ personId: id, record: id }),
  ),
  PersonMerged: define(
    person,
    'The record and another are of one person, who goes by the id of the other; nothing is moved.',
    z.strictObject({ personId: id, into: id }),
  ),
  PersonUnmerged: define(
    person,
    'The two records are of two people after all.',
    z.strictObject({ personId: id, from: id }),
  ),
  PersonKeyCreated: define(
    'key-<personId>',
    'The person’s key, wrapped by the master key; erasing the person tombstones this stream.',
    z.strictObject({ personId: id, wrapped: sealed, masterKeyId: name }),
  ),
  PlaceRegistered: define('place-<placeId>', 'A place’s details.', place),
  PlaceCorrected: define('place-<placeId>', 'A place’s details are otherwise; these are all of them now.', place),
  PlaceKindRuled: define(
    'kinds-of-places',
    'What holds for all places of a kind, where neither the place nor the visit says otherwise; the last rule holds.',
    z.strictObject({
      kind: id,
      stayMinutes: stayMinutes.nullable(),
      closedByNext: z.boolean().nullable(),
      shares: z.enum([...SHARED, 'nothing']).nullable(),
    }),
    [sharingNotRuled],
  ),
  ProfileAdded: define(
    'profiles',
    'A tenant’s own disease profile, or a new version of it.',
    z.strictObject({
      profileId: id,
      version: ordinal,
      profile: z
        .record(z.string(), z.unknown())
        .refine(
          (profile) => profileSchema.safeParse(profile).success,
          'is no disease profile that this program knows; compare it with one of `npx truyvet profiles show ID --json`',
        ),
    }),
  ),
  ProfileRetired: define(
    'profiles',
    'A tenant’s own disease profile, in all its versions, counts no longer for new cases.',
    z.strictObject({ profileId: id }),
  ),
  ClockConfirmed: define(
    'truyvet-clock',
    'A person said that the clock is right although it contradicts the log, whose last event it had taken then by its own.',
    z.strictObject({ clock: instant, lastEvent: instant, by: name, reason: freeText }),
  ),
  StoreOpened: define(
    'truyvet-store',
    'The first event: whose log this is, and in which format.',
    z.strictObject({ storeId: id, format: ordinal }),
  ),
  MasterKeyNamed: define(
    'truyvet-store',
    'The first master key that the log was opened with, by its id; no other is taken.',
    z.strictObject({ masterKeyId: id }),
  ),
};

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(catalogue, type);
}

/** Content of the log that this program cannot read; the message holds nothing of it. */
export class UnreadableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableError';
  }
}

/**
 * Whether an event of a type that is not in the catalogue was written by a version of this program, and not by the server
 * ($...) or by another program on the same server: by what every event of ours carries beside its content.
 */
export function isOursOfUnknownType(type: string, metadata: unknown): boolean {
  if (isEventType(type) || type.startsWith('$') || typeof metadata !== 'object' || metadata === null) return false;
  const { v, source } = metadata as { v?: unknown; source?: unknown };
  return typeof v === 'number' && typeof source === 'string';
}

/** Why such an event is set aside. */
export const UNKNOWN_TYPE = 'its type is unknown to this program, which is older than the log';

/** Why an event cannot be read: the fields at fault, and nothing of what stands in them. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof z.ZodError) {
    const fields = error.issues.map((issue) =>
      issue.code === 'custom'
        ? `${fieldOf(issue)} ${reasonIn(issue.message)}`
        : `${fieldOf(issue)} (${issue.code ?? 'wrong'})`,
    );
    return `it is not as its type says it is: ${[...new Set(fields)].slice(0, 5).join(', ')}`;
  }
  return error instanceof UnreadableError ? error.message : 'an older version of it cannot be read as this one';
}

const fieldOf = ({ path }: Pick<z.core.$ZodIssue, 'path'>) => path.join('.') || 'content';
/** Reasons of ours stand before what to do about them. */
const reasonIn = (message: string) => message.split('; ')[0] ?? message;
const fixIn = (message: string) => message.split('; ').slice(1).join('; ');

/** What is to be stored is not what the log takes. */
export class EventRefused extends UserError {
  /** As programs know it. */
  readonly code = 'event-refused';

  constructor(type: string, stream: string, issues: readonly z.core.$ZodIssue[]) {
    const shown = issues.slice(0, 5);
    const fixes = shown.flatMap((issue) =>
      fixIn(issue.message) ? [`${fieldOf(issue)}: ${fixIn(issue.message)}.`] : [],
    );
    super(
      `${type} cannot be stored in ${stream}: ${shown.map((issue) => `${fieldOf(issue)} ${reasonIn(issue.message)}`).join(', ')}.`,
      fixes.length > 0 ? fixes.join(' ') : 'docs/events.md says what each field holds.',
    );
    this.name = 'EventRefused';
  }
}

/** Throws a ZodError naming the field when an event is not of its schema. */
export function checkEvent(event: DomainEvent): void {
  catalogue[event.type].schema.parse(event.data);
}

/** The same of what is about to be stored. @throws EventRefused naming stream, field and fix. */
export function checkNewEvent(event: DomainEvent, stream: string): void {
  const { error } = catalogue[event.type].schema.safeParse(event.data);
  if (error) throw new EventRefused(event.type, stream, error.issues);
}

/** @throws EventRefused as above, where a text is longer than any that is stored. */
export function checkTexts(event: DomainEvent, stream: string): void {
  const path = textTooLongIn(event.data);
  const message = `is longer than ${LONGEST_TEXT} characters; shorten it`;
  if (path) throw new EventRefused(event.type, stream, [{ code: 'custom', path, message, input: undefined }]);
}

/**
 * Reads an event's data as the newest version of its type.
 * @throws UnreadableError when it was written by a newer version of the program than this.
 */
export function upcast<Type extends EventType>(type: Type, version: number, data: unknown): EventOf<Type>['data'] {
  const { version: newest, upcasters } = catalogue[type];
  if (version > newest) {
    throw new UnreadableError(
      `${type} is of version ${version}, this program knows ${newest}: it is older than the log`,
    );
  }
  // Data of the newest version was checked when it was written.
  return upcasters.slice(version - 1).reduce((older, next) => next(older), data) as EventOf<Type>['data'];
}
