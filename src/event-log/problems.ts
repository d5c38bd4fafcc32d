import { defineProblem } from '../kernel/problem.js';

const STATUS = 'See `npx truyvet services status`.';
const AGAIN = 'Send the same again later: what was stored is not stored twice.';

export const CLOCK_IN_DOUBT = defineProblem({
  code: 'clock-in-doubt',
  status: 503,
  title: 'The clock is in doubt',
  says: 'The clock of this machine contradicts the log, and nobody has confirmed it: nothing new is taken.',
  fix:
    'Set the clock of this machine right. Where it is right, confirm it: npx truyvet clock confirm --by NAME --reason TEXT ' +
    '(or on the page /console/, or by POST to /v1/operations/clock/confirm).',
});

export const EVENT_REFUSED = defineProblem({
  code: 'event-refused',
  status: 422,
  title: 'The log does not take it',
  says: 'A field of what was to be stored is not as the event has it, such as a text that is too long.',
  fix: 'docs/events.md says what each field holds.',
});

/** What an error of the log means for the caller. */
export const LOG_PROBLEMS = {
  'log-erased': defineProblem({
    code: 'log-erased',
    status: 410,
    title: 'It was erased',
    says: 'What was to be written belongs to a stream that was erased.',
    fix: 'It belongs to a person who was erased, and nothing more can be noted there. Leave out what is about them.',
  }),
  'log-conflict': defineProblem({
    code: 'log-conflict',
    status: 409,
    title: 'Somebody else was faster',
    says: 'Somebody else wrote there at the same moment, more than once.',
    fix: AGAIN,
  }),
  'log-append-too-large': defineProblem({
    code: 'log-append-too-large',
    status: 413,
    title: 'It is too much at a time',
    says: 'It is more than the event log takes at a time.',
    fix: 'Send less at a time, or shorter texts.',
  }),
  'log-damaged': defineProblem({
    code: 'log-damaged',
    status: 500,
    title: 'The event log is damaged',
    says: 'What the event log holds cannot be read.',
    fix: 'Run `npx truyvet log verify`: it says what is damaged and what to do.',
  }),
  'log-refuses': defineProblem({
    code: 'log-refuses',
    status: 503,
    title: 'The event log refuses us',
    says: 'The event log does not let the program in.',
    fix: 'Restart the event log and the API, or correct the user and password in EVENTSTORE_URL.',
  }),
  'log-full': defineProblem({
    code: 'log-full',
    status: 503,
    title: 'The event log is full',
    says: 'The event log takes nothing more now.',
    fix: `Make room on its disk where that is full. ${AGAIN} ${STATUS}`,
  }),
  'log-away': defineProblem({
    code: 'log-away',
    status: 503,
    title: 'The event log is away',
    says: 'The event log does not answer, or not in time.',
    fix: `${AGAIN} ${STATUS}`,
  }),
  'log-not-leader': defineProblem({
    code: 'log-not-leader',
    status: 503,
    title: 'The event log has no leader',
    says: 'The event log is choosing another leader.',
    fix: `${AGAIN} A cluster that keeps saying so has no majority: look at its nodes.`,
  }),
  'log-unclear': defineProblem({
    code: 'log-unclear',
    status: 503,
    title: 'The event log failed',
    says: 'The event log answered with an error that is none of these.',
    fix: `${AGAIN} The log of the event log says more.`,
  }),
};

export const PROBLEMS = [CLOCK_IN_DOUBT, EVENT_REFUSED, ...Object.values(LOG_PROBLEMS)];
