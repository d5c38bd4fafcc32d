/** Why an alert told nobody, or the message that takes one back did not go, each by its name. */
export const FAILED = {
  noPhone: 'no-phone',
  unknownPerson: 'unknown-person',
  /** A provider says that the number can never get it. */
  refused: 'refused',
  /** The network could not deliver what the provider had accepted. */
  undelivered: 'undelivered',
  /** It may have gone, and nobody can say. */
  uncertain: 'uncertain',
  /** The number is one of a fixed line or of a service, which takes no SMS. */
  noSms: 'no-sms',
  /** The last day of what it would have said was over. */
  tooLate: 'too-late',
  /** The person is a live case of the disease. */
  isACase: 'is-a-case',
  /** The phone had all the messages of a day; the latest state is said next morning. */
  bound: 'bound',
  /** It went to a file only, although providers are configured that reach people. */
  file: 'file',
  /** The last day of what was told has passed: there is nothing to take back. */
  over: 'over',
} as const;

/** Why an alert is not told again, and what people are told of that. */
export const KEPT_WORDS = {
  'not failed any more': 'they do not stand failed any more.',
  'replayed already': 'somebody had them told again a moment ago.',
  'without a phone': 'there is no phone; they are told by themselves once one is registered.',
  [FAILED.uncertain]: 'nobody knows whether a message went. Tell them with --uncertain, which some may then get twice.',
  'nothing to say': 'what they would say is over, or waits for the morning.',
} as const;
export type Kept = keyof typeof KEPT_WORDS;
export const KEPT = Object.keys(KEPT_WORDS).filter((why): why is Kept => why in KEPT_WORDS);

/** What follows for the person: somebody has to visit, or nobody has to tell them any more. */
type Follows = 'visit' | 'nothing';

interface Reason {
  /** Where an alert failed so; left out where none does. */
  alert?: Follows;
  /** Where the message failed so that takes an alert back. */
  withdrawal?: Follows;
  /** An event of its own says it. */
  reported?: true;
  /** Why an order to tell again leaves it as it is; left out where it is told again. */
  kept?: Kept;
  /** It is tried again by itself next morning. */
  untilMorning?: true;
  /** In lists of alerts. */
  short?: string;
  /** In lists of contacts, where that is more than is said of an alert. */
  ofContact?: string;
  /** In tasks: why the person was not told. */
  ofTask?: string;
  /** On the page of operators, in English and Vietnamese. */
  console?: readonly [string, string];
  /** What is done in place of telling them again. */
  instead?: 'visit' | 'call' | 'morning';
}

/** All that is decided and said of each reason, and nowhere else. */
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
    ofTask: 'nobody of that id is registered',
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
    short: 'a message may have gone, nobody can say',
    ofTask: 'nobody knows whether the message went',
    console: ['nobody knows whether it went', 'không rõ đã gửi hay chưa'],
  },
  [FAILED.noSms]: {
    ...{ alert: 'visit', kept: 'without a phone', instead: 'call' },
    short: 'the number takes no SMS',
    ofContact: 'a number that takes no SMS: call, or visit',
    ofTask: 'the number takes no SMS: call it, or visit',
    console: ['takes no SMS', 'số không nhận được SMS'],
  },
  [FAILED.tooLate]: {
    ...{ alert: 'nothing', kept: 'nothing to say' },
    short: 'found too late',
    ofContact: 'found too late: what is to be said is over',
  },
  [FAILED.isACase]: {
    // Of those who were told, somebody else of the phone may have to hear that they are well.
    ...{ alert: 'nothing', withdrawal: 'visit', kept: 'nothing to say' },
    short: 'a case of the disease',
    ofContact: 'is a case of the disease: not told as a contact',
  },
  [FAILED.bound]: {
    ...{ alert: 'visit', withdrawal: 'visit', kept: 'nothing to say', untilMorning: true, instead: 'morning' },
    short: 'too many messages today',
    ofContact: 'the phone had all the messages of a day; told next morning',
    ofTask: 'the phone had all the messages of a day; one more goes next morning',
    console: ['too many messages today; told next morning', 'đã đủ số tin trong ngày; gửi vào sáng hôm sau'],
  },
  [FAILED.file]: {
    ...{ alert: 'visit', withdrawal: 'visit' },
    short: 'written to a file only',
    ofContact: 'the message went to a file only, which reaches nobody',
    ofTask: 'the message went to a file only, which reaches nobody',
    console: ['written to a file only', 'chỉ ghi vào tệp'],
  },
  [FAILED.over]: { withdrawal: 'nothing' },
} as const satisfies Record<(typeof FAILED)[keyof typeof FAILED], Reason>;

type Reasons = typeof REASONS;
type ReasonName = keyof Reasons;
/** The names of those of which something is said. */
type With<Said> = { [Name in ReasonName]: Reasons[Name] extends Said ? Name : never }[ReasonName];
type Reported = With<{ reported: true }>;

/** Why an alert stands failed. */
export type Failure = With<{ alert: Follows }>;
/** The same, as the event that says so has it. */
export type AlertFailure = Exclude<Failure, Reported>;
/** Why what was told is not taken back by a message. */
export type WithdrawalFailure = Exclude<With<{ withdrawal: Follows }>, Reported>;

/** What is said of a reason, which may be of an event that this program does not know. */
export function reasonOf(name: string | null): Reason | undefined {
  return Object.entries<Reason>(REASONS).find(([known]) => known === name)?.[1];
}

/** Their names, in the order of the table. */
function namesOf<Name extends ReasonName>(are: (reason: Reason) => boolean): readonly Name[] {
  const isOne = (name: string): name is Name => are(reasonOf(name) ?? {});
  return Object.keys(REASONS).filter(isOne);
}

export const FAILURES_OF_ALERTS = namesOf<Failure>(({ alert }) => alert !== undefined);
export const ALERT_FAILURES = namesOf<AlertFailure>(({ alert, reported }) => alert !== undefined && !reported);
export const WITHDRAWAL_FAILURES = namesOf<WithdrawalFailure>(
  ({ withdrawal, reported }) => withdrawal !== undefined && !reported,
);
/** Those of which somebody has to do something: all but what nobody has to be told any more. */
export const FAILURES = namesOf<With<{ alert: 'visit' }>>(({ alert }) => alert === 'visit');
/** Those that an order may name: what failed so is told again, of one in doubt where that is asked for. */
export const REPLAYED_REASONS = namesOf<Exclude<Failure, With<{ kept: Exclude<Kept, typeof FAILED.uncertain> }>>>(
  ({ alert, kept }) => alert !== undefined && (kept === undefined || kept === FAILED.uncertain),
);

/**
 * Why what failed so is not told again when an operator orders it; undefined where it is. One without a phone is told by
 * itself once there is one, and one that the phone's day had no room for next morning.
 * @param uncertain also one of which nobody knows whether its message went.
 */
export function keptAs(failure: Failure | null, { uncertain }: { uncertain: boolean }): Kept | undefined {
  const kept = reasonOf(failure)?.kept;
  return kept === FAILED.uncertain && uncertain ? undefined : kept;
}

/** Whether nobody has to be told any more of what an alert failed for. */
export const hasNothingToSay = (failure: string | null): boolean => reasonOf(failure)?.alert === 'nothing';
/** Whether it is tried again by itself next morning. */
export const waitsForMorning = (failure: string | null): boolean => reasonOf(failure)?.untilMorning === true;
