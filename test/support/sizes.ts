/**
 * How much work is done by the tests that run random cases, kill processes or send many requests. `npm test` uses the
 * first number of each; `npm run test:long`, which sets TRUYVET_LONG, uses the second; an environment variable
 * overrides both. There is no other difference between the two.
 */
const LONG = Boolean(process.env['TRUYVET_LONG']);

/** @throws if the variable is not a number from 0 on. */
function size(variable: string, usual: number, long = usual): number {
  const given = process.env[variable];
  if (given === undefined || given === '') return LONG ? long : usual;
  const value = Number(given);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${variable} is "${given}", not a number from 0 on.`);
  return value;
}

/** Kills of all processes of an installation at random moments. */
export const systemCrash = {
  minutes: size('CRASH_MINUTES', 0.2, 20),
  /** People of each round. */
  people: size('CRASH_PEOPLE', 12, 120),
  seed: size('CRASH_SEED', 20_210_801),
};

/** Events with any content that are projected as one batch. */
export const projectableEvents = size('PROJECTABLE_EVENTS', 300, 3_000);

/** Simultaneous starts of everything on an empty installation. */
export const firstStarts = size('TRUYVET_FIRST_STARTS', 1, 50);

/** Kills at each step of messages; `eachStep` is the least number of kills at each. */
export const alertCrash = {
  kills: size('ALERT_CRASHES', 14, 400),
  eachStep: size('ALERT_CRASHES_EACH_STEP', 1, 10),
  /** Contacts of each case. */
  contacts: size('ALERT_CRASH_CONTACTS', 20, 60),
  /** Least number of cases that are not retracted; their contacts are due reminders. */
  lasting: size('ALERT_CRASH_LASTING', 2, 4),
  seed: size('ALERT_CRASH_SEED', 20_211_001),
};

/** Kills of the event log while clients append, and the seconds that they may take. */
export const logKill = {
  rounds: size('TRUYVET_KILL_ROUNDS', 15, 400),
  seconds: size('TRUYVET_KILL_SECONDS', 300, 2_400),
  seed: size('TRUYVET_KILL_SEED', 20_210_601),
};

/** Appends, erasures and scavenges, with restarts of a reader in between. */
export const readerRestarts = { steps: size('READER_STEPS', 80, 3_000), seed: size('READER_SEED', 20_211_201) };

/** Kills of processes that write the outbox. */
export const outboxKill = { rounds: size('TRUYVET_ROUNDS', 4, 40), seed: size('TRUYVET_SEED', 20_210_901) };

/** Fuzz requests to the routes that take facts, over a log in memory. */
export const ingestFuzz = { requests: size('INGEST_FUZZ_REQUESTS', 800, 20_000), seed: size('FUZZ_SEED', 20_211_101) };

/** Fuzz requests to every route of a whole installation. */
export const routesFuzz = { requests: size('FUZZ_REQUESTS', 800, 200_000), seed: size('FUZZ_SEED', 20_211_101) };

/** Appends, of 900 kB each, that a live subscriber does not read. */
export const unreadAppends = size('UNREAD_APPENDS', 200, 460);

/** Rows of an import that is stopped while it stores them. */
export const rowsToStop = size('IMPORT_ROWS', 30_000, 200_000);

/** Contacts of one case; if there are many, no single event can hold them. */
export const contactList = size('CONTACTS_OF_A_CASE', 400, 50_000);

/** Rows of a recording that are imported once more. */
export const recordedAgain = size('RECORDED_AGAIN', 1_000, 1_000_000);

/** Other versions of Node on which the demo runs. */
export const demoNodes = size('DEMO_NODES', 0, 1);

/** On Neo4j's calendar release: 1 runs all tests of the graph in both languages, 0 a part of them. */
export const calendarSuite = size('CALENDAR_SUITE', 0, 1);

/** Random runs of alerting. */
export const alertRuns = size('TRUYVET_RUNS', 40, 2_000);

/** How many times more random runs each property has than in `npm test`, and how many times longer it may take. */
const TIMES = size('TRUYVET_TIMES', 1, 20);

/** Random runs of a property that has this many in `npm test`. */
export function runs(usual: number): number {
  return Math.max(1, Math.ceil(usual * TIMES));
}

/** In `npm test`, properties see the same values each time, unless a variable sets the seed. */
const SEED = size('PROPERTY_SEED', 20_210_801, Number.NaN);

/** This many random runs of a property, as options for fast-check. */
export function seeded(numRuns: number): { numRuns: number; seed?: number } {
  return { numRuns, ...(Number.isNaN(SEED) ? {} : { seed: SEED }) };
}

/** Milliseconds for work that grows with the number of random runs. */
export function limit(usual: number): number {
  return usual * Math.max(1, TIMES);
}
