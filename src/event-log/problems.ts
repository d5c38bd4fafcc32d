import { defineProblem } from '../kernel/problem.js';

const STATUS = 'See `npx truyvet services status`.';
const AGAIN = 'Send the same again later: nothing is stored twice.';

export const CLOCK_IN_DOUBT = defineProblem({
  code: 'clock-in-doubt',
  status: 503,
  title: 'The clock is in doubt',
  says: 'The clock of this machine contradicts the log, and nobody has confirmed it: no new data is accepted.',
  fix:
    'Correct the clock of this machine, or confirm it if it is right: npx truyvet clock confirm --by NAME --reason TEXT ' +
    '(or on the page /console/, or by POST to /v1/operations/clock/confirm).',
});

export const EVENT_REFUSED = defineProblem({
  code: 'event-refused',
  status: 422,
  title: 'The log does not accept it',
  says: 'A field of the event to be stored does not match its schema, for example because a text is too long.',
  fix: 'docs/events.md describes each field.',
});

/** What an error of the log means for the caller. */
export const LOG_PROBLEMS = {
  'log-erased': defineProblem({
    code: 'log-erased',
    status: 410,
    title: 'It was erased',
    says: 'The stream of the event to be stored was erased.',
    fix:
      'It belongs to a person who was erased, and nothing more can be recorded there. Omit what is about that ' +
      'person.',
  }),
  'log-conflict': defineProblem({
    code: 'log-conflict',
    status: 409,
    title: 'Another writer was faster',
    says: 'Others wrote to the same stream at the same moment, repeatedly.',
    fix: AGAIN,
  }),
  'log-append-too-large': defineProblem({
    code: 'log-append-too-large',
    status: 413,
    title: 'It is too much at once',
    says: 'It is more than the event log accepts at once.',
    fix: 'Send less at once, or shorter texts.',
  }),
  'log-damaged': defineProblem({
    code: 'log-damaged',
    status: 500,
    title: 'The event log is damaged',
    says: 'Some content of the event log cannot be read.',
    fix: 'Run `npx truyvet log verify`: it shows what is damaged and what to do.',
  }),
  'log-refuses': defineProblem({
    code: 'log-refuses',
    status: 503,
    title: 'The event log refuses the connection',
    says: 'The event log does not accept the user, the password or the certificate of the program.',
    fix: 'Restart the event log and the API, or correct the user and password in EVENTSTORE_URL.',
  }),
  'log-full': defineProblem({
    code: 'log-full',
    status: 503,
    title: 'The event log is full',
    says: 'The event log cannot store more at the moment.',
    fix: `Free space if its disk is full. ${AGAIN} ${STATUS}`,
  }),
  'log-away': defineProblem({
    code: 'log-away',
    status: 503,
    title: 'The event log is unavailable',
    says: 'The event log does not answer, or does not answer in time.',
    fix: `${AGAIN} ${STATUS}`,
  }),
  'log-not-leader': defineProblem({
    code: 'log-not-leader',
    status: 503,
    title: 'The event log has no leader',
    says: 'The cluster of the event log is electing a leader.',
    fix: `${AGAIN} If this persists, the cluster has no majority: check its nodes.`,
  }),
  'log-unclear': defineProblem({
    code: 'log-unclear',
    status: 503,
    title: 'The event log failed',
    says: 'The event log answered with an unexpected error.',
    fix: `${AGAIN} The event log's own log file says more.`,
  }),
};

export const PROBLEMS = [CLOCK_IN_DOUBT, EVENT_REFUSED, ...Object.values(LOG_PROBLEMS)];
