/** The reasons why an alert notified nobody, or why the message that takes one back was not sent, each by its name. */
export const FAILED = {
  noPhone: 'no-phone',
  unknownPerson: 'unknown-person',
  /** A provider says that the number can never receive the message. */
  refused: 'refused',
  /** The network could not deliver the accepted message. */
  undelivered: 'undelivered',
  /** The message may have been sent; nobody knows. */
  uncertain: 'uncertain',
  /** The number belongs to a fixed line or a service, which cannot receive SMS. */
  noSms: 'no-sms',
  /** The last day of its advice was over. */
  tooLate: 'too-late',
  /** The person is a live case of the disease. */
  isACase: 'is-a-case',
  /** The phone reached its daily limit of messages; the latest state is sent the next morning. */
  bound: 'bound',
  /** The message was only written to a file, although providers that reach people are configured. */
  file: 'file',
  /** The last day of the advice has passed: there is nothing to take back. */
  over: 'over',
} as const;

/** Why an alert is not sent again, with the text that people read. */
export const KEPT_WORDS = {
  'not failed any more': 'they are no longer marked as failed.',
  'replayed already': 'they were sent again a moment ago.',
  'without a phone': 'there is no phone; they are sent automatically once one is registered.',
  [FAILED.uncertain]: 'nobody knows whether they were sent. Send them with --uncertain; some may arrive twice.',
  'nothing to say': 'they no longer apply, or wait for the next morning.',
} as const;
export type Kept = keyof typeof KEPT_WORDS;
export const KEPT = Object.keys(KEPT_WORDS).filter((why): why is Kept => why in KEPT_WORDS);

/** What follows for the person: somebody has to visit, or nobody has to be notified any more. */
type Follows = 'visit' | 'nothing';

interface Reason {
  /** If an alert failed for this reason; left out if none does. */
  alert?: Follows;
  /** If the message that takes an alert back failed for this reason; left out if none does. */
  withdrawal?: Follows;
  /** It is recorded as an event type of its own. */
  reported?: true;
  /** Why an order to send again leaves it as it is; left out if it is sent again. */
  kept?: Kept;
  /** It is retried automatically the next morning. */
  untilMorning?: true;
  /** Text in lists of alerts. */
  short?: string;
  /** Text in lists of contacts, if it says more than the one for alerts. */
  ofContact?: string;
  /** Text in tasks: why the person was not notified. */
  ofTask?: string;
  /** Text on the operators' page, in English and Vietnamese. */
  console?: readonly [string, string];
  /** What is done instead of sending it again. */
  instead?: 'visit' | 'call' | 'morning';
}

/** All decisions and texts for each reason; they are nowhere else. */
export const REASONS = {
  [FAILED.noPhone]: {
    ...{ alert: 'visit', withdrawal: 'visit', kept: 'without a phone', instead: 'visit' },
    short: 'no phone',
    ofTask: 'no phone is known',
    console: ['no phone', 'không có số điện thoại'],
  },
  [FAILED.unknownPerson]: {
    ...{ alert: 'visit', kept: 'without a phone', instead: 'visit' },
    short: 'not registered',
    ofTask: 'nobody with that id is registered',
    console: ['not registered', 'chưa đăng ký'],
  },
  [FAILED.refused]: {
    ...{ alert: 'visit', withdrawal: 'visit' },
    short: 'the number is refused',
    ofTask: 'the number is refused',
    console: ['number refused', 'số bị từ chối'],
  },
  [FAILED.undelivered]: {
    ...{ alert: 'visit', withdrawal: 'visit', reported: true },
    short: 'the network could not deliver the message',
    ofTask: 'the network could not deliver the message',
    console: ['not delivered', 'không phát được'],
  },
  [FAILED.uncertain]: {
    ...{ alert: 'visit', withdrawal: 'visit', kept: FAILED.uncertain },
    short: 'nobody knows whether the message was sent',
    ofTask: 'nobody knows whether the message was sent',
    console: ['may or may not have been sent', 'không rõ đã gửi hay chưa'],
  },
  [FAILED.noSms]: {
    ...{ alert: 'visit', kept: 'without a phone', instead: 'call' },
    short: 'the number cannot receive SMS',
    ofContact: 'the number cannot receive SMS: call or visit',
    ofTask: 'the number cannot receive SMS: call or visit',
    console: ['cannot receive SMS', 'số không nhận được SMS'],
  },
  [FAILED.tooLate]: {
    ...{ alert: 'nothing', kept: 'nothing to say' },
    short: 'found too late',
    ofContact: 'found too late: the advice is over',
  },
  [FAILED.isACase]: {
    // Another person of the phone, who was notified too, may have to learn that they are well.
    ...{ alert: 'nothing', withdrawal: 'visit', kept: 'nothing to say' },
    short: 'a case of the disease',
    ofContact: 'is a case of the disease: not notified as a contact',
  },
  [FAILED.bound]: {
    ...{ alert: 'visit', withdrawal: 'visit', kept: 'nothing to say', untilMorning: true, instead: 'morning' },
    short: 'too many messages today',
    ofContact: 'the phone reached its daily limit of messages; notified the next morning',
    ofTask: 'the phone reached its daily limit of messages; the next is sent in the morning',
    console: ['too many messages today; sent the next morning', 'đã đủ số tin trong ngày; gửi vào sáng hôm sau'],
  },
  [FAILED.file]: {
    ...{ alert: 'visit', withdrawal: 'visit' },
    short: 'only written to a file',
    ofContact: 'the message was only written to a file, which reaches nobody',
    ofTask: 'the message was only written to a file, which reaches nobody',
    console: ['only written to a file', 'chỉ ghi vào tệp'],
  },
  [FAILED.over]: { withdrawal: 'nothing' },
} as const satisfies Record<(typeof FAILED)[keyof typeof FAILED], Reason>;

type Reasons = typeof REASONS;
type ReasonName = keyof Reasons;
/** Names of the reasons that have certain properties. */
type With<Said> = { [Name in ReasonName]: Reasons[Name] extends Said ? Name : never }[ReasonName];
type Reported = With<{ reported: true }>;

/** Why an alert failed. */
export type Failure = With<{ alert: Follows }>;
/** The same, as in `AlertFailed`: without reasons that have an event type of their own. */
export type AlertFailure = Exclude<Failure, Reported>;
/** Why no message takes back what was sent. */
export type WithdrawalFailure = Exclude<With<{ withdrawal: Follows }>, Reported>;

/** The entry of a reason; undefined for null, or for a name from an event that this program does not know. */
export function reasonOf(name: string | null): Reason | undefined {
  return Object.entries<Reason>(REASONS).find(([known]) => known === name)?.[1];
}

/** Names of the matching reasons, in the order of the table. */
function namesOf<Name extends ReasonName>(are: (reason: Reason) => boolean): readonly Name[] {
  const isOne = (name: string): name is Name => are(reasonOf(name) ?? {});
  return Object.keys(REASONS).filter(isOne);
}

export const FAILURES_OF_ALERTS = namesOf<Failure>(({ alert }) => alert !== undefined);
export const ALERT_FAILURES = namesOf<AlertFailure>(({ alert, reported }) => alert !== undefined && !reported);
export const WITHDRAWAL_FAILURES = namesOf<WithdrawalFailure>(
  ({ withdrawal, reported }) => withdrawal !== undefined && !reported,
);
/** Failures that somebody has to act on: all except those after which nobody has to be notified any more. */
export const FAILURES = namesOf<With<{ alert: 'visit' }>>(({ alert }) => alert === 'visit');
/** Failures that an order to send again may name; uncertain ones are sent again only if the order asks for that. */
export const REPLAYED_REASONS = namesOf<Exclude<Failure, With<{ kept: Exclude<Kept, typeof FAILED.uncertain> }>>>(
  ({ alert, kept }) => alert !== undefined && (kept === undefined || kept === FAILED.uncertain),
);

/** Those that it means if it names none. */
export const REPLAYED_BY_DEFAULT = REPLAYED_REASONS.filter((reason) => !keptAs(reason, { uncertain: false }));

/**
 * Why an alert that failed for this reason is not sent again when an operator orders it; undefined if it is. One
 * without a phone is sent automatically once there is a phone, and one beyond the phone's daily limit the next morning.
 * @param uncertain whether to send again even if nobody knows whether the message was sent.
 */
export function keptAs(failure: Failure | null, { uncertain }: { uncertain: boolean }): Kept | undefined {
  const kept = reasonOf(failure)?.kept;
  return kept === FAILED.uncertain && uncertain ? undefined : kept;
}

/** Whether nobody has to be notified any more after an alert failed for this reason. */
export const hasNothingToSay = (failure: string | null): boolean => reasonOf(failure)?.alert === 'nothing';
/** Whether it is retried automatically the next morning. */
export const waitsForMorning = (failure: string | null): boolean => reasonOf(failure)?.untilMorning === true;
