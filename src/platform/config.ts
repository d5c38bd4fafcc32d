import { neo4jVersions, type ServicesConfig } from '@truyvet/local-services';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../kernel/errors.js';
import { CLOCK_FORM, readClock, type Now } from './clock.js';
import { startEventLog } from './embedded-log.js';
import { keepSecret, keepSecretsOf } from './secrets.js';
import { guess } from '../kernel/spelling.js';
import { problemOfEventStoreUrl, problemOfNeo4jUrl, problemOfRedisUrl } from './url-problems.js';

const url = (...protocols: string[]) =>
  z
    .string()
    .regex(
      new RegExp(`^(${protocols.join('|')})://`),
      `must be a URL that starts with ${protocols[0]?.replace('?', '')}://`,
    )
    .optional();

/** A refinement that adds the problem of a URL. @param problemOf describes the problem without showing the URL. */
function sound(problemOf: (text: string) => string | undefined) {
  return (text: string | undefined, context: z.RefinementCtx) => {
    const message = text === undefined ? undefined : problemOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };
}

/** A size in the notation of Java and Neo4j. */
const size = z
  .string()
  .regex(/^[1-9]\d*[mg]$/i, 'must be a size in megabytes or gigabytes, such as 512m or 2g')
  .toLowerCase()
  .optional();

const zone = z.string().refine((name) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}, 'must be a time zone of the IANA database, such as Asia/Ho_Chi_Minh');

/** The code of an authority that makes rules about a disease, such as `vn` or `us-cdc`. */
export const AUTHORITY_FORM = /^[a-z][a-z0-9-]{0,49}$/;

/** Minutes of the day. @param text such as 08:00-20:00. */
function hoursOf(text: string): { from: number; until: number } {
  const [from = 0, until = 0] = text.split('-').map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return hours * 60 + minutes;
  });
  return { from, until };
}

const environment = z.object({
  /** The folder with all state of this installation; another folder is another installation. */
  TRUYVET_DATA: z.string().min(1).default('.truyvet'),
  /** The time zone of times without one, and of times shown to people. */
  TRUYVET_ZONE: zone.default('Asia/Ho_Chi_Minh'),
  /** Which client appends to the log and follows it: the program's own, or EventStoreDB's, which is slower. */
  TRUYVET_LOG_CLIENT: z.enum(['own', 'official']).default('own'),
  /** Sets the clock for tests and rehearsals; refused when a configured provider reaches people. */
  TRUYVET_CLOCK: z
    .string()
    .refine((text) => readClock(text) !== undefined, CLOCK_FORM)
    .optional(),
  /** The authority whose disease profiles apply, when there are profiles of several. */
  TRUYVET_AUTHORITY: z
    .string()
    .regex(AUTHORITY_FORM, 'must have only lower-case letters, digits and dashes, such as vn or us-cdc')
    .default('vn'),
  TRUYVET_HOST: z.string().min(1).default('127.0.0.1'),
  TRUYVET_PORT: z.coerce.number().int().min(0).max(65_535).default(7810),
  /** The port for health and metrics of a part that runs alone; without it the part does not serve them. */
  TRUYVET_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Presence older than this many days is refused unless it is imported as history; any age is accepted when unset. */
  TRUYVET_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).optional(),
  /** `on`: a check-in by HTTP ends the person's open stay elsewhere. */
  TRUYVET_CLOSE_BY_NEXT: z.enum(['off', 'on']).default('off'),
  /** A person's scans at a place by HTTP within this many minutes are one visit; with 0 each is a visit of its own. */
  TRUYVET_DOUBLE_SCAN_MINUTES: z.coerce.number().min(0).max(60).default(0),
  /** If set, requests must carry it (see `authenticate` in src/http). Required to listen beyond loopback. */
  TRUYVET_SERVICE_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
  /** 32 bytes in base64; wraps every person's key. Without it a key is kept in the data folder, mode 0600. */
  TRUYVET_MASTER_KEY: z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')
    .optional(),
  /** The sender that messages name, such as the health department. */
  TRUYVET_SENDER_NAME: z.string().min(1).max(60).optional(),
  /** Where people can ask whether a message is genuine, such as the number of a hotline. */
  TRUYVET_CONTACT_LINE: z.string().min(1).max(60).default('1900 9095'),
  /** File with the message providers in order of preference; `providers.json` in the data folder when absent. */
  TRUYVET_PROVIDERS: z.string().min(1).optional(),
  /**
   * In hours. After an alert a person gets no alert about another case that asks for no more; 0 alerts about each case.
   */
  TRUYVET_ALERT_MERGE_HOURS: z.coerce.number().min(0).max(720).default(12),
  /** Alerts that are due for a phone within this many minutes go in one message; with 0 each goes at once. */
  TRUYVET_ALERT_GATHER_MINUTES: z.coerce.number().min(0).max(60).default(2),
  /** The most messages for one phone in a day, including withdrawals and reminders. */
  TRUYVET_PHONE_DAILY: z.coerce.number().int().min(1).max(1_000).default(4),
  /** The hours, in the zone of the installation, for reminders of what is due that day; `off` sends none. */
  TRUYVET_REMINDERS: z
    .string()
    .regex(
      /^(off|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d)$/,
      'must be two times of a day, such as 08:00-20:00, or off',
    )
    .transform((text) => (text === 'off' ? undefined : hoursOf(text)))
    .refine((hours) => hours === undefined || hours.from < hours.until, 'must begin before it ends')
    .default({ from: 8 * 60, until: 20 * 60 }),
  /** A case with more contacts waits for approval, while fewer than 20 cases show what is usual. */
  TRUYVET_BRAKE_CONTACTS: z.coerce.number().int().min(1).default(5_000),
  /** More alerts than this within 24 hours wait, while fewer than 7 days show what is usual. */
  TRUYVET_BRAKE_DAILY: z.coerce.number().int().min(1).default(10_000),
  /** The multiple of the usual number, or of a place's capacity, that is still plausible. */
  TRUYVET_BRAKE_TIMES: z.coerce.number().min(1).max(100).default(3),
  /** Folder with the tenant's own texts, one file for each language; `messages` in the data folder when absent. */
  TRUYVET_MESSAGES: z.string().min(1).optional(),
  /** The language of messages to people whose own language has no texts. */
  TRUYVET_LANGUAGE: z
    .string()
    .regex(/^[a-z]{2,3}$/, 'must be the code of a language, such as vi')
    .default('vi'),
  /** `off`: messages are written without diacritics and take fewer SMS. */
  TRUYVET_DIACRITICS: z.enum(['on', 'off']).default('on'),
  /** The public address of the API, such as https://truyvet.example.vn. If set, messages contain a link to answer. */
  TRUYVET_PUBLIC_URL: url('https?').transform((text) => text?.replace(/\/+$/, '')),
  TRUYVET_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** A service with a URL is used as it is; otherwise `truyvet services up` runs it. */
  // KurrentDB is the new name of EventStoreDB, which the client does not know yet.
  EVENTSTORE_URL: url('esdb', 'esdb\\+discover', 'kurrentdb', 'kurrentdb\\+discover')
    .superRefine(sound(problemOfEventStoreUrl))
    .transform((text) => text?.replace(/^kurrentdb/, 'esdb')),
  NEO4J_URL: url('bolt', 'bolt\\+s', 'neo4j', 'neo4j\\+s').superRefine(sound(problemOfNeo4jUrl)),
  NEO4J_USER: z.string().min(1).default('neo4j'),
  NEO4J_PASSWORD: z.string().optional(),
  REDIS_URL: url('redis', 'rediss').superRefine(sound(problemOfRedisUrl)),
  /** `no`: services that are started here do not use Docker. */
  TRUYVET_DOCKER: z.enum(['yes', 'no']).default('yes'),
  /** Which Neo4j is started here; without it one of the kind that last ran on the graph. */
  TRUYVET_NEO4J_VERSION: z.enum(neo4jVersions, `must be ${neo4jVersions.join(' or ')}`).optional(),
  /** The memory of a Neo4j that is started here. */
  TRUYVET_NEO4J_HEAP: size,
  TRUYVET_NEO4J_PAGECACHE: size,
  /** More settings for it, by Neo4j's names. */
  TRUYVET_NEO4J_SETTINGS: z
    .string()
    .regex(
      /^[a-z][\w.]*=[^\s,=]+(,[a-z][\w.]*=[^\s,=]+)*$/,
      'must be settings such as db.checkpoint.interval.time=1m, with commas between them',
    )
    .optional(),
});

export interface Config extends ServicesConfig {
  zone: string;
  now: Now;
  /** Which client appends to the log and follows it. */
  logClient: 'own' | 'official';
  /** The setting of `now`; undefined when it is the clock of the machine. */
  clock: string | undefined;
  authority: string;
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** The port of a part that runs alone; 0 lets the system choose. */
  metricsPort: number | undefined;
  /** Presence of any age is accepted when undefined. */
  retentionDays: number | undefined;
  closeByNext: boolean;
  doubleScanMinutes: number;
  serviceKey: string | undefined;
  masterKey: string | undefined;
  /** When undefined, messages name the health authority in their own language. */
  senderName: string | undefined;
  contactLine: string;
  /** The path of a file. */
  providers: string;
  /** The path of a folder that need not exist. */
  messages: string;
  language: string;
  diacritics: boolean;
  alertMergeHours: number;
  alertGatherMinutes: number;
  /** The most messages for one phone in a day. */
  phoneDaily: number;
  /** The minutes of the day between which reminders go out; undefined when there are none. */
  reminders: { from: number; until: number } | undefined;
  /** The limits above which alerts wait for a person. */
  brake: { contacts: number; daily: number; times: number };
  /** Without a slash at its end; undefined when messages ask for no answers. */
  publicUrl: string | undefined;
  logLevel: string;
}

const PREFIX = 'TRUYVET_';

/**
 * Variables that look like ours but are not known: a misspelt one would be ignored silently. Variables that the
 * providers' file names are allowed, since they hold the providers' secrets.
 */
function unknownVariables(given: Record<string, string | undefined>): string[] {
  const unknown = Object.keys(given).filter(
    (name) => !(name in environment.shape) && (name.startsWith(PREFIX) || hasOurPrefixMisspelt(name)),
  );
  if (unknown.length === 0) return [];
  const named = textOf(providersIn(given));
  return unknown.filter((name) => !named.includes(`"${name}"`));
}

/** Such as TRUVYET_ZONE. */
function hasOurPrefixMisspelt(name: string): boolean {
  const [prefix = '', ...rest] = name.split('_');
  return guess(prefix, ['TRUYVET'], 2) !== undefined && `${PREFIX}${rest.join('_')}` in environment.shape;
}

function meantBy(name: string): string {
  const ours = Object.keys(environment.shape).flatMap((each) =>
    each.startsWith(PREFIX) ? each.slice(PREFIX.length) : [],
  );
  const meant = guess(name.slice(name.indexOf('_') + 1), ours);
  return meant === undefined ? '' : `: ${PREFIX}${meant} may be meant`;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const providersIn = (env: { TRUYVET_PROVIDERS?: string | undefined; TRUYVET_DATA?: string | undefined }) =>
  resolve(env.TRUYVET_PROVIDERS ?? join(env.TRUYVET_DATA ?? '.truyvet', 'providers.json'));

/**
 * Reads the configuration from the environment. An empty variable counts as absent.
 * @throws UserError that names every wrong variable.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  for (const name of ['EVENTSTORE_URL', 'NEO4J_URL', 'REDIS_URL']) keepSecretsOf(given[name]);
  for (const name of ['NEO4J_PASSWORD', 'TRUYVET_SERVICE_KEY', 'TRUYVET_MASTER_KEY']) keepSecret(given[name]);
  const parsed = environment.safeParse(given);
  const unknown = unknownVariables(given);
  if (!parsed.success || unknown.length > 0) {
    const wrong = [
      ...(parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) ?? []),
      ...unknown.map((name) => `${name} is not known${meantBy(name)}`),
    ];
    throw new UserError(`The configuration is wrong: ${wrong.join('; ')}`, 'Correct or unset the variables named.');
  }
  const e = parsed.data;
  return {
    dataDir: resolve(e.TRUYVET_DATA),
    zone: e.TRUYVET_ZONE,
    now: (e.TRUYVET_CLOCK === undefined ? undefined : readClock(e.TRUYVET_CLOCK)) ?? Date.now,
    clock: e.TRUYVET_CLOCK,
    logClient: e.TRUYVET_LOG_CLIENT,
    authority: e.TRUYVET_AUTHORITY,
    host: e.TRUYVET_HOST,
    port: e.TRUYVET_PORT,
    metricsPort: e.TRUYVET_METRICS_PORT,
    retentionDays: e.TRUYVET_RETENTION_DAYS,
    closeByNext: e.TRUYVET_CLOSE_BY_NEXT === 'on',
    doubleScanMinutes: e.TRUYVET_DOUBLE_SCAN_MINUTES,
    serviceKey: e.TRUYVET_SERVICE_KEY,
    masterKey: e.TRUYVET_MASTER_KEY,
    senderName: e.TRUYVET_SENDER_NAME,
    contactLine: e.TRUYVET_CONTACT_LINE,
    providers: providersIn(e),
    messages: resolve(e.TRUYVET_MESSAGES ?? join(e.TRUYVET_DATA, 'messages')),
    language: e.TRUYVET_LANGUAGE,
    diacritics: e.TRUYVET_DIACRITICS === 'on',
    alertMergeHours: e.TRUYVET_ALERT_MERGE_HOURS,
    alertGatherMinutes: e.TRUYVET_ALERT_GATHER_MINUTES,
    phoneDaily: e.TRUYVET_PHONE_DAILY,
    reminders: e.TRUYVET_REMINDERS,
    brake: { contacts: e.TRUYVET_BRAKE_CONTACTS, daily: e.TRUYVET_BRAKE_DAILY, times: e.TRUYVET_BRAKE_TIMES },
    publicUrl: e.TRUYVET_PUBLIC_URL,
    logLevel: e.TRUYVET_LOG_LEVEL,
    eventStoreUrl: e.EVENTSTORE_URL,
    neo4jUrl: e.NEO4J_URL,
    neo4jUser: e.NEO4J_USER,
    neo4jPassword: e.NEO4J_PASSWORD,
    redisUrl: e.REDIS_URL,
    docker: e.TRUYVET_DOCKER === 'yes',
    neo4jVersion: e.TRUYVET_NEO4J_VERSION,
    neo4jHeap: e.TRUYVET_NEO4J_HEAP,
    neo4jPagecache: e.TRUYVET_NEO4J_PAGECACHE,
    startEventLog,
    keepSecret,
    neo4jMore: Object.fromEntries((e.TRUYVET_NEO4J_SETTINGS?.split(',') ?? []).map((each) => each.split('='))),
  };
}
