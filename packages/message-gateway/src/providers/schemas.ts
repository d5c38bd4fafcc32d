import { z } from 'zod';
import { POINTER_FORM } from './json-pointer.js';

/** Schemas of the providers in providers.json. docs/providers.md describes them in words. */

const variable = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'must be the name of an environment variable, such as SMS_PASSWORD: never write the secret itself here',
  );
const pointer = z.string().regex(POINTER_FORM, 'must be a JSON pointer, such as /data/id');
const url = z.string().regex(/^https?:\/\/[^\s/]+/, 'must be a URL that starts with http:// or https://');
const milliseconds = z.number().int().min(1).max(600_000);
const port = z.number().int().min(1).max(65_535);
const host = z.string().min(1);
const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const common = {
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'must be of lower-case letters, digits and dashes, 40 at most'),
  /** At most this many messages are handed over in a second. */
  perSecond: z.number().positive().max(10_000).optional(),
  /** What to do when an answer was lost: do not send again, or send again although the message may have been sent. */
  whenUncertain: z.enum(['at-most-once', 'at-least-once']).optional(),
  /** A text that takes more SMS than this is not sent. */
  maxSegments: z.number().int().min(1).max(255).default(10),
};
const timeouts = {
  connectTimeout: milliseconds.default(10_000),
  /** Shorter than the dispatcher waits, so that nothing is handed over again while an answer may still come. */
  answerTimeout: milliseconds.max(50_000).default(30_000),
};

const outbox = z.strictObject({
  type: z.literal('outbox'),
  ...common,
  name: z.literal('outbox', 'must be outbox, or left out').default('outbox'),
});

const answer = z
  .strictObject({
    /** HTTP status codes; any when absent. */
    status: z.array(z.number().int().min(100).max(599)).min(1).optional(),
    /** JSON pointer to the value in the answer that has to be one of `is`. */
    at: pointer.optional(),
    is: z.array(value).min(1).optional(),
    means: z.enum(['accepted', 'receiver', 'theirs', 'ours', 'uncertain']),
  })
  .refine(({ at, is }) => (at === undefined) === (is === undefined), 'needs both "at" and "is", or neither')
  .refine(({ status, at }) => status !== undefined || at !== undefined, 'needs "status", or "at" and "is"');

const http = z.strictObject({
  type: z.literal('http'),
  ...common,
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH']).default('POST'),
  url,
  /** Values may name secrets, as in "Bearer {env:SMS_TOKEN}". */
  headers: z.record(z.string().min(1), z.string()).default({}),
  /** Basic authentication, instead of a header. */
  basic: z.strictObject({ user: z.string().min(1), passwordEnv: variable }).optional(),
  /** One of the two. Their texts are templates. */
  body: z
    .union([
      z.strictObject({ json: z.record(z.string(), z.json()) }),
      z.strictObject({ form: z.record(z.string(), z.string()) }),
    ])
    .optional(),
  /** The value of {sender}. */
  sender: z.string().default(''),
  /** Header that carries the message's id. */
  idempotencyHeader: z.string().min(1).optional(),
  /**
   * Whether the provider sends an id only once when it gets it repeatedly; by default true with an idempotency
   * header.
   */
  repeats: z.boolean().optional(),
  answers: z.array(answer).default([]),
  /** JSON pointer to the provider's id of the message in the answer; by default the message's own id is used. */
  reference: pointer.optional(),
  query: z
    .strictObject({
      url,
      method: z.enum(['GET', 'POST']).default('GET'),
      reference: pointer,
      /** Messages that the provider knows but did not accept. */
      refused: z.strictObject({ at: pointer, is: z.array(value).min(1) }).optional(),
    })
    .optional(),
  reports: z
    .strictObject({
      in: z.enum(['body', 'query']).default('body'),
      /** JSON pointer to the list, when one call brings several reports. */
      list: pointer.optional(),
      reference: pointer,
      status: pointer,
      delivered: z.array(value).min(1),
      failed: z.array(value).min(1),
    })
    .optional(),
  ...timeouts,
});

const esms = z.strictObject({
  type: z.literal('esms'),
  ...common,
  url: url.default('https://rest.esms.vn'),
  apiKeyEnv: variable,
  secretKeyEnv: variable,
  brandname: z.string().min(1),
  /** URL that eSMS calls with delivery reports. */
  callbackUrl: url.optional(),
  /** Prefix of numbers for eSMS. */
  numbers: z.enum(['0', '84']).default('0'),
  sandbox: z.boolean().default(false),
  ...timeouts,
});

const smpp = z.strictObject({
  type: z.literal('smpp'),
  ...common,
  host,
  port: port.default(2775),
  tls: z.boolean().default(false),
  systemId: z.string().min(1).max(15),
  passwordEnv: variable,
  systemType: z.string().max(12).default(''),
  sender: z.string().min(1).max(20),
  /** Type of number and numbering plan of the sender; derived from its form when absent. */
  senderTon: z.number().int().min(0).max(6).optional(),
  senderNpi: z.number().int().min(0).max(18).optional(),
  /** How to send a text of several segments. */
  long: z.enum(['payload', 'udh']).default('payload'),
  receipts: z.boolean().default(true),
  /** How many messages may wait for their answer at a time. */
  window: z.number().int().min(1).max(1_000).default(10),
  enquireEvery: milliseconds.default(30_000),
  /** The longest wait between two attempts to connect. */
  reconnectAtMost: milliseconds.default(60_000),
  ...timeouts,
});

const email = z.strictObject({
  type: z.literal('email'),
  ...common,
  host,
  port: port.default(587),
  /** TLS from the first byte, as on port 465; otherwise STARTTLS. */
  secure: z.boolean().default(false),
  /** Whether STARTTLS is required when `secure` is false. */
  requireTls: z.boolean().default(true),
  user: z.string().min(1).optional(),
  passwordEnv: variable.optional(),
  from: z.email('must be an e-mail address'),
  /** The receiver's address, with {to} (+84912345678) or {digits} (84912345678). */
  to: z.string().regex(/^[^\s@]*\{(to|digits)\}[^\s@]*@[^\s@]+$/, 'must be like {to}@sms.example.org'),
  subject: z.string().max(200).default(''),
  connections: z.number().int().min(1).max(100).default(5),
  ...timeouts,
});

/** One provider in providers.json. */
export const providerSchema = z
  .discriminatedUnion('type', [outbox, http, esms, smpp, email])
  .superRefine((settings, ctx) => {
    const wrong = (field: string, message: string) => ctx.addIssue({ code: 'custom', path: [field], message });
    if (settings.type === 'email') {
      const { user, passwordEnv } = settings;
      if ((user === undefined) !== (passwordEnv === undefined))
        wrong('passwordEnv', 'must be set together with "user", or not at all');
    }
    if (settings.type !== 'http') return;
    const message = JSON.stringify([settings.url, settings.body]);
    if (!message.includes('{text}')) wrong('body', 'must have {text} in it, or the URL must');
    if (!/\{(to|digits)\}/.test(message)) wrong('body', 'must have {to} or {digits} in it, or the URL must');
    if (settings.method === 'GET' && settings.body) wrong('body', 'must be absent where the method is GET');
    if (settings.query && !settings.query.url.includes('{id}')) wrong('query', 'must have {id} in its URL');
    if (JSON.stringify(settings.headers).includes('{text}')) wrong('headers', 'must not have {text} in them');
  });

export type AnySettings = z.infer<typeof providerSchema>;
type Of<Type extends AnySettings['type']> = Extract<AnySettings, { type: Type }>;
export type HttpSettings = Of<'http'>;
export type EsmsSettings = Of<'esms'>;
export type SmppSettings = Of<'smpp'>;
export type EmailSettings = Of<'email'>;
