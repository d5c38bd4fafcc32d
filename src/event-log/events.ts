import type { Event } from '../kernel/event.js';
import type { Anchor } from '../cases/profile.js';
import type { Confirmation } from '../cases/rapid-antigen.js';
import type { ReminderEvent } from '../reminders/reminder-events.js';
import type { Shared } from '../places/sharing.js';
import type { TaskKind, TaskOutcome } from '../tasks/task-kinds.js';

/**
 * Every event of the log. Times are ISO 8601 instants in UTC with whole seconds; `null` says "not known", never
 * "not given yet by this version". The schemas that check them stand in `src/event-log/catalogue.ts`.
 */

interface Visit {
  visitId: string;
  personId: string;
  placeId: string;
  arrivedAt: string;
}

/** `seat` as it is written there, such as 12A; null where none is known. A check-out says nothing of it. */
interface Stay extends Visit {
  leftAt: string | null;
  seat: string | null;
}

/** A stay began; `leftAt` is null until a check-out is known (the graph then imputes one). */
export type CheckedIn = Event<'CheckedIn', Stay>;
export type CheckedOut = Event<'CheckedOut', Visit & { leftAt: string }>;
/** The visit was otherwise than recorded: these are all its facts now. */
export type VisitCorrected = Event<'VisitCorrected', Stay>;
/** The visit never took place. */
export type VisitRetracted = Event<'VisitRetracted', { visitId: string; personId: string }>;
/** Two people were near each other; `personA` is the lower id. The same pair and start again replaces it. */
export type ProximityObserved = Event<
  'ProximityObserved',
  { personA: string; personB: string; startedAt: string; endedAt: string; distanceMetres: number | null }
>;
export type PresenceEvent = CheckedIn | CheckedOut | VisitCorrected | VisitRetracted | ProximityObserved;

export type TestOutcome = 'positive' | 'negative' | 'inconclusive';

/** What a laboratory said of one person in one sample; an investigator's own window wins over the profile's. */
export interface TestResult {
  sampleId: string;
  personId: string;
  disease: string;
  collectedAt: string;
  reportedAt: string;
  result: TestOutcome;
  /** How many people's material the tube holds; above 1 no case is opened. */
  poolSize: number;
  onsetAt: string | null;
  /** When the rash broke out, in diseases that have one. */
  rashAt: string | null;
  infectiousFrom: string | null;
  infectiousUntil: string | null;
  method: TestMethod | null;
  /** Cycle threshold of a PCR: the higher, the less virus. */
  ct: number | null;
}

export type TestMethod = 'pcr' | 'antigen' | 'other';

export type SampleCollected = Event<
  'SampleCollected',
  { sampleId: string; disease: string; collectedAt: string; poolSize: number }
>;
export type TestResultReported = Event<'TestResultReported', TestResult>;
export type TestResultCorrected = Event<'TestResultCorrected', TestResult>;
export type TestResultRetracted = Event<
  'TestResultRetracted',
  { sampleId: string; personId: string; disease: string; reportedAt: string }
>;
/**
 * A result of which the profile makes a date impossible: it counts for nothing until a person has looked at it. Released, it
 * is reported as it stands; what a laboratory reports later of the tube, the person and the disease takes its place.
 */
export type ResultHeld = Event<'ResultHeld', TestResult & { doubts: string[] }>;
/** A person found it right (then its report follows) or wrong. */
export type HeldResultSettled = Event<
  'HeldResultSettled',
  {
    sampleId: string;
    personId: string;
    disease: string;
    outcome: 'released' | 'refused';
    by: string;
    reason: string;
  }
>;
export type SampleEvent =
  SampleCollected | TestResultReported | TestResultCorrected | TestResultRetracted | ResultHeld | HeldResultSettled;

/** What one positive sample says of an illness. */
export type CaseEvidence = Pick<
  TestResult,
  'sampleId' | 'collectedAt' | 'onsetAt' | 'rashAt' | 'infectiousFrom' | 'infectiousUntil'
> & { confirmation: Confirmation };

/** The person is a case (F0) on the evidence of this sample; again for a sample of which facts were corrected. */
export type CaseConfirmed = Event<
  'CaseConfirmed',
  CaseEvidence & { caseId: string; personId: string; disease: string }
>;
/** A sample that had confirmed the case was retracted or corrected, while others still confirm it. */
export type CaseEvidenceWithdrawn = Event<'CaseEvidenceWithdrawn', { caseId: string; sampleId: string }>;
/** When the case was infectious: `until` null means until isolation, and open while none is recorded. */
export type InfectiousWindowChanged = Event<
  'InfectiousWindowChanged',
  {
    caseId: string;
    from: string;
    until: string | null;
    /** The onset or the sampling from which the profile counts. */
    anchorAt: string;
    basis: Anchor | 'investigator';
    profileId: string;
    profileVersion: number;
  }
>;
/** No sample confirms the case any more: nobody was exposed to it. */
export type CaseRetracted = Event<'CaseRetracted', { caseId: string; reason: string }>;

/** One stretch in which two people met; `placeId` is null for a meeting measured by their phones. */
export interface Meeting {
  placeId: string | null;
  from: string;
  to: string;
  /** It rests on a stay of which nobody knows the end. */
  imputed: boolean;
  /** They were not there at the same time: what the case had left in the air counts. */
  lingering: boolean;
}

export interface Contact {
  personId: string;
  /** 1 met the case, 2 met one of degree 1, and so on. */
  degree: number;
  firstExposureAt: string;
  /** Minutes met, the union of all meetings inside the window; from degree 2 on with the one met longest. */
  minutes: number;
  /** Of an F1: every meeting with the case, in order. */
  meetings: Meeting[];
  /** From degree 2 on: those of the degree before who were met, sorted; of more than 100 the first 100. */
  via: string[];
  /**
   * When the last meeting ended; null while it goes on for all that is known, as among people of one household of whom
   * nobody is isolated.
   */
  lastExposureAt: string | null;
  /** What was shared, where the rules make a contact of that alone; then no meeting need have been measured. */
  shared: Shared[];
}

/**
 * Somebody who shares something with the case without being a contact of degree 1: an epidemiological factor. It is
 * watched and counts where rules ask for one; nobody is alerted for it.
 */
export interface Factor {
  personId: string;
  shared: Shared[];
  /** From when on, the first time. */
  since: string;
  /** Where, of what is shared at a place; sorted. */
  placeIds: string[];
}

/** A part of what a trace found that the trace before it had not. Counts only once its TraceCompleted is there. */
export type ContactsTraced = Event<
  'ContactsTraced',
  {
    caseId: string;
    traceId: string;
    /** From 0. */
    index: number;
    /**
     * New contacts and those of whom something changed, with all their facts. One of very many meetings is named
     * several times, each time with a part of them.
     */
    found: Contact[];
    /** People who are no contact any more. */
    gone: string[];
    /** New factors and those of which something changed. */
    factors: Factor[];
    /** People who are no factor any more. */
    factorsGone: string[];
  }
>;
export type TraceCompleted = Event<
  'TraceCompleted',
  {
    caseId: string;
    traceId: string;
    chunks: number;
    /** The window traced; `until` null when it is open. */
    from: string;
    until: string | null;
    /** Stretches of the window that isolation covers, in order; left out where there is none. */
    isolated?: { from: string; until: string }[] | undefined;
    profileId: string;
    profileVersion: number;
    /** Commit position that the graph had passed before it was read. */
    graphPosition: string;
    /** How many contacts there are of each degree, from 1. */
    counts: number[];
    /** How many people share something with the case without being contacts of degree 1. */
    factors: number;
    /** How far the profile has contacts traced. */
    greatestDegree: number;
    /** Minutes for which the air of a place stays infectious under the profile. */
    lingeringMinutes: number;
  }
>;
export type CaseEvent =
  CaseConfirmed | CaseEvidenceWithdrawn | InfectiousWindowChanged | CaseRetracted | ContactsTraced | TraceCompleted;

/** The person is to be told; the stream is opened with this, before anything is sent. */
export type AlertRequested = Event<
  'AlertRequested',
  {
    alertId: string;
    caseId: string;
    personId: string;
    disease: string;
    degree: number;
    /** Which alert of this person for this case it is, from 0. */
    sequence: number;
  }
>;
/**
 * Another alert, for the same phone or of the same person, relies on this one: what becomes of this concerns its person
 * too. `caseId` is of the other alert; null, as in events of earlier versions, is the same case.
 */
export type AlertJoined = Event<
  'AlertJoined',
  { alertId: string; other: string; personId: string; caseId: string | null }
>;
/** Another alert tells, or has told, what this one would. */
export type AlertCovered = Event<'AlertCovered', { alertId: string; by: string }>;
/**
 * The provider accepted the message; `degree` is that of which it spoke, null where nobody noted it. `until` is the last
 * day that it named, in the zone of the installation; `open` where it counted days from a last contact yet to come, null
 * where it named none or nobody noted it. `cases` are those of which it spoke beside the alert's own.
 */
export type AlertSent = Event<
  'AlertSent',
  { alertId: string; provider: string; reference: string; degree: number | null; until: string | null; cases: string[] }
>;
/** The network delivered it; whether anybody read it nobody knows. */
export type AlertDelivered = Event<'AlertDelivered', { alertId: string; provider: string }>;
/**
 * The network could not deliver what the provider had accepted: nobody was told, and someone has to visit unless the
 * alert was `withdrawn` by then.
 */
export type AlertUndelivered = Event<
  'AlertUndelivered',
  { alertId: string; provider: string; detail: string; withdrawn: boolean }
>;
/** The alert's message, or the one that takes it back. */
export type MessageKind = 'alert' | 'withdrawal';
/**
 * A message is about to be handed to a provider: from here on it may have gone through it. Noted where there are several
 * providers, or one that could not tell a repeat and cannot be asked.
 */
export type MessageHandedOver = Event<'MessageHandedOver', { alertId: string; message: MessageKind; provider: string }>;
/** The provider certainly did not take it, or nobody knows whether it did. */
export type HandOverEnded = Event<
  'HandOverEnded',
  { alertId: string; message: MessageKind; provider: string; outcome: 'refused' | 'uncertain'; detail: string }
>;
/**
 * Why an alert told nobody:
 * - `no-sms`: the number is one of a fixed line or of a service, which takes no SMS;
 * - `too-late`: the last day of what it would have said was over;
 * - `is-a-case`: the person is a live case of the disease;
 * - `bound`: the phone had all the messages of a day; the latest state is said next morning;
 * - `file`: it went to a file only, although providers are configured that reach people.
 */
export type AlertFailure =
  'no-phone' | 'unknown-person' | 'refused' | 'uncertain' | 'no-sms' | 'too-late' | 'is-a-case' | 'bound' | 'file';
/** It was not said, or nobody knows whether it went: but for what is over, someone has to tell the person. */
export type AlertFailed = Event<
  'AlertFailed',
  {
    alertId: string;
    reason: AlertFailure;
    detail: string;
    /** Through which it was tried; null where it was not, or where nobody noted it. */
    provider: string | null;
  }
>;
/** An operator wants a failed alert told again: another alert takes its place. */
export type AlertReplayed = Event<'AlertReplayed', { alertId: string; by: string; reason: string }>;
/**
 * It holds no longer: the person is no contact any more, or another alert of the person takes its place. `told` says
 * that a message went before, which then has to be taken back; it is said again when a held withdrawal is due at last.
 */
export type AlertWithdrawn = Event<'AlertWithdrawn', { alertId: string; told: boolean }>;
/**
 * It holds no longer, and nobody can say whether its message went: it is taken back as if it had. Who was told and hears
 * nothing more stays at home for nothing; who was not is told of a message that did not come.
 */
export type WithdrawalOwedInDoubt = Event<'WithdrawalOwedInDoubt', { alertId: string; provider: string }>;
/** The message that takes an alert back was accepted by the provider. */
export type WithdrawalSent = Event<'WithdrawalSent', { alertId: string; provider: string; reference: string }>;
/** Another alert's person, of the same phone, is to stay warned: nothing is taken back there for now. */
export type WithdrawalHeld = Event<'WithdrawalHeld', { alertId: string; by: string }>;
/**
 * Why what was told is not taken back by a message: `over` since the last day of what was told has passed, `bound` since
 * the phone had all the messages of a day, of which the latest state is said next morning.
 */
export type WithdrawalFailure = 'no-phone' | 'refused' | 'uncertain' | 'file' | 'over' | 'bound' | 'is-a-case';
/** The message that takes an alert back cannot be sent. */
export type WithdrawalFailed = Event<
  'WithdrawalFailed',
  { alertId: string; reason: WithdrawalFailure; detail: string }
>;
/** The network could not deliver it after all. */
export type WithdrawalUndelivered = Event<
  'WithdrawalUndelivered',
  { alertId: string; provider: string; detail: string }
>;
export type AlertEvent =
  | AlertRequested
  | AlertJoined
  | AlertCovered
  | MessageHandedOver
  | HandOverEnded
  | AlertSent
  | AlertDelivered
  | AlertUndelivered
  | AlertFailed
  | AlertReplayed
  | AlertWithdrawn
  | WithdrawalOwedInDoubt
  | WithdrawalSent
  | WithdrawalHeld
  | WithdrawalFailed
  | WithdrawalUndelivered;

/**
 * A message takes one of those that a phone may get on a day, just before it goes; known by its id, it takes one however
 * often it is tried. `said` is what it tells of a contact, by which that is known if nobody lives to note that it went.
 */
export type PhoneMessageAllowed = Event<
  'PhoneMessageAllowed',
  { messageId: string; said: { degree: number; until: string | null; cases: string[] } | null }
>;
export type AllowanceEvent = PhoneMessageAllowed;

/** Why the alerts of a case are unlikely to be right: a number that is beyond what is likely. */
export interface Unlikely {
  /** Of the contacts of the case, of those met at one place, of all alerts of 24 hours, or of how often it was retracted. */
  rule: 'case' | 'place' | 'day' | 'flips';
  number: number;
  likely: number;
  placeId: string | null;
}
/** The alerts of a case wait for a person's approval. */
export type AlertsHeld = Event<'AlertsHeld', { caseId: string; contacts: number; unlikely: Unlikely[] }>;
/** They wait no more: the case has changed, and nothing is unlikely any more. */
export type AlertsFreed = Event<'AlertsFreed', { caseId: string; contacts: number }>;
/** A person approved them, up to so many of the case, and of all within the next 24 hours where that was why. */
export type AlertsApproved = Event<
  'AlertsApproved',
  { caseId: string; contacts: number; upTo: { contacts: number; daily: number }; by: string; note: string }
>;
/** A person decided that they are not to be sent. */
export type AlertsRefused = Event<'AlertsRefused', { caseId: string; contacts: number; by: string; note: string }>;
export type BrakeEvent = AlertsHeld | AlertsFreed | AlertsApproved | AlertsRefused;

/** An operator stopped messages from being handed to a provider, or to any where none is named. */
export type AlertingPaused = Event<'AlertingPaused', { provider: string | null; by: string; reason: string }>;
/** What was paused goes on. */
export type AlertingResumed = Event<'AlertingResumed', { provider: string | null; by: string; reason: string }>;
/** An operator had failed alerts told again: so many, of those that the order speaks of. */
export type AlertReplayOrdered = Event<
  'AlertReplayOrdered',
  {
    alerts: number;
    caseId: string | null;
    failedAs: ReplayedReason[];
    provider: string | null;
    by: string;
    reason: string;
  }
>;
/** As what an alert may have failed for telling it again to make sense. */
export type ReplayedReason = 'refused' | 'undelivered' | 'uncertain' | 'file';
export type OperationEvent = AlertingPaused | AlertingResumed | AlertReplayOrdered;

/** An operator looked at events that are set aside, and says that they stay out: nobody need be told of them again. */
export type SetAsideAccepted = Event<'SetAsideAccepted', { events: string[]; by: string; reason: string }>;

/** Opens the stream of (disease, phone, number): this alert is the one that tells everyone of the phone. */
export type RecipientClaimed = Event<'RecipientClaimed', { alertId: string; caseId: string }>;

/** A code such as vi. */
export type Language = string;
/**
 * Somebody did what a task asks for, or found that it cannot be done. `by` is who of the team; the note is sealed with
 * the person's key, since it may name anybody.
 */
export type TaskClosed = Event<
  'TaskClosed',
  {
    taskId: string;
    kind: TaskKind;
    personId: string;
    caseId: string;
    outcome: TaskOutcome;
    by: string;
    note: Sealed | null;
  }
>;
/** It is to be done after all. */
export type TaskReopened = Event<'TaskReopened', { taskId: string; by: string; reason: Sealed }>;
export type TaskEvent = TaskClosed | TaskReopened;

export type Symptom = 'fever' | 'cough' | 'breathing' | 'other';

/**
 * What a contact answered by the link of an alert, once; `moved` says that they live elsewhere now. Of a phone of several
 * people the symptoms are those that any of them has, `vaccinated` is that all were, `moved` that anybody has.
 */
export type ContactAnswered = Event<
  'ContactAnswered',
  {
    alertId: string;
    caseId: string;
    personId: string;
    symptoms: Symptom[];
    vaccinated: boolean;
    moved: boolean;
    /** The other people it speaks for; absent where it speaks for one, as all did in events of earlier versions. */
    others?: string[] | undefined;
    /** How many of them all have symptoms; there with `others`. */
    ill?: number | undefined;
    /** Those of `others` who are contacts of another case; absent where there is none, as in events of earlier versions. */
    ofOtherCases?: { caseId: string; personId: string }[] | undefined;
  }
>;

/** A field that only the person's own key opens: AES-256-GCM, all parts in base64. */
export interface Sealed {
  nonce: string;
  text: string;
  tag: string;
}

export type PersonRegistered = Event<
  'PersonRegistered',
  {
    personId: string;
    name: Sealed | null;
    phone: Sealed | null;
    /** Keyed hash of the phone: equal for equal phones, unreadable without the master key. */
    phoneIndex: string | null;
    language: Language;
    householdId: string | null;
  }
>;
/** Isolation as a contact or a case alike; known by its start. */
export type PersonIsolated = Event<'PersonIsolated', { personId: string; startedAt: string }>;
export type PersonReleased = Event<'PersonReleased', { personId: string; startedAt: string; endedAt: string }>;
/** This record and another are of one person, who goes by the other's id from now on. Nothing is moved. */
export type PersonMerged = Event<'PersonMerged', { personId: string; into: string }>;
/**
 * Another record may point to this one, which is how it is found from here. Comes before that record says so itself;
 * whether it does is its own to say.
 */
export type RecordLinked = Event<'RecordLinked', { personId: string; record: string }>;
/** They are two people after all. */
export type PersonUnmerged = Event<'PersonUnmerged', { personId: string; from: string }>;
export type PersonEvent =
  PersonRegistered | PersonIsolated | PersonReleased | RecordLinked | PersonMerged | PersonUnmerged;

/** The person's key, wrapped by the master key: the only thing in its stream, so that erasing is a tombstone. */
export type PersonKeyCreated = Event<'PersonKeyCreated', { personId: string; wrapped: Sealed; masterKeyId: string }>;

interface PlaceFacts {
  placeId: string;
  name: string;
  kind: string;
  capacity: number | null;
  latitude: number | null;
  longitude: number | null;
  /** Minutes that a visit without a check-out lasts here; null takes what its kind says, or 60. */
  defaultStayMinutes: number | null;
}
export type PlaceRegistered = Event<'PlaceRegistered', PlaceFacts>;
export type PlaceCorrected = Event<'PlaceCorrected', PlaceFacts>;
/** What holds for all places of a kind, its name in lower case; null leaves it to the place, the tenant, the program. */
export type PlaceKindRuled = Event<
  'PlaceKindRuled',
  {
    kind: string;
    /** Minutes that a visit without a check-out lasts; a place's own wins. */
    stayMinutes: number | null;
    /** Whether the person's next check-in elsewhere ends an open visit. */
    closedByNext: boolean | null;
    /** What those share who are there together. */
    shares: Shared | 'nothing' | null;
  }
>;
export type PlaceEvent = PlaceRegistered | PlaceCorrected;

/** A disease profile of the tenant's own; the whole file as data. */
export type ProfileAdded = Event<'ProfileAdded', { profileId: string; version: number; profile: object }>;
/** A tenant's own profile counts no longer for new cases. */
export type ProfileRetired = Event<'ProfileRetired', { profileId: string }>;

/**
 * A person said that the clock is right although it contradicts the log: what it said then, and when the log had taken its
 * last event by its own clock.
 */
export type ClockConfirmed = Event<'ClockConfirmed', { clock: string; lastEvent: string; by: string; reason: string }>;

/** The first event of a store: says whose log this is, so that graphs and queues of another are never mixed in. */
export type StoreOpened = Event<'StoreOpened', { storeId: string; format: number }>;

/** Which master key a store is used with: every process has to hold the same. */
export type MasterKeyNamed = Event<'MasterKeyNamed', { masterKeyId: string }>;

export type DomainEvent =
  | PresenceEvent
  | SampleEvent
  | CaseEvent
  | AlertEvent
  | BrakeEvent
  | OperationEvent
  | SetAsideAccepted
  | RecipientClaimed
  | AllowanceEvent
  | ReminderEvent
  | TaskEvent
  | ContactAnswered
  | PersonEvent
  | PersonKeyCreated
  | PlaceEvent
  | PlaceKindRuled
  | ProfileAdded
  | ProfileRetired
  | ClockConfirmed
  | StoreOpened
  | MasterKeyNamed;

export type EventType = DomainEvent['type'];
export type EventOf<Type extends EventType> = Extract<DomainEvent, { type: Type }>;
