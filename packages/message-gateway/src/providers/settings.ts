import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { GatewayError } from '../gateway-error.js';
import type { DeliveryReport, SmsProvider } from '../provider.js';
import { readReports as readEsmsReports } from './esms.js';
import { knowsOfHttp, readReports as readHttpReports } from './http-gateway.js';
import { providerSchema, type AnySettings } from './schemas.js';

/**
 * What to do with a message whose answer was lost. At most once: it is never handed over again, and the team is told.
 * At least once: it is handed over again. That is harmless with a provider that recognises repeats; with others it
 * risks a second SMS.
 */
export type WhenUncertain = 'at-most-once' | 'at-least-once';

export type ProviderSettings = AnySettings & { whenUncertain: WhenUncertain };

/** The file with the providers of a data folder. */
export function providersFile(dataDir: string): string {
  return join(dataDir, 'providers.json');
}

/**
 * The providers in order of preference; only the outbox when the file does not exist.
 * @param path a file with a JSON list of providers; docs/providers.md describes every field.
 * @throws GatewayError naming every wrong field with its place.
 */
export function readProviders(path: string): ProviderSettings[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return parseProviders([{ type: 'outbox' }], path);
    throw new GatewayError(
      'settings-unreadable',
      `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      'Let the user that runs this program read the file, or remove it to write to the outbox alone.',
    );
  }
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new GatewayError(
      'settings-unreadable',
      `${path} is not JSON${placeOf(error, text)}`,
      'Correct it there, for example a missing comma or quote.',
    );
  }
  return parseProviders(list, path);
}

/**
 * Checks a list of providers as `readProviders` does.
 * @param source named in errors.
 */
export function parseProviders(list: unknown, source: string): ProviderSettings[] {
  if (!Array.isArray(list) || list.length === 0) {
    throw new GatewayError(
      'settings-wrong',
      `${source} must be a list of providers, such as [{ "type": "outbox" }]`,
      'See docs/providers.md for a sample.',
    );
  }
  const parsed = list.map((each: unknown) => providerSchema.safeParse(each));
  const wrong = parsed.flatMap(({ error }, i) => (error ? error.issues.map((issue) => say(issue, i, list[i])) : []));
  const settings = parsed.flatMap(({ data }) => (data ? [withPolicy(data)] : []));
  const names = parsed.map(({ data }) => data?.name);
  names.forEach((name, i) => {
    const first = names.indexOf(name);
    if (name !== undefined && first < i) {
      wrong.push(`provider ${i + 1}, name: ${name} is already the name of provider ${first + 1}; choose another one`);
    }
  });
  if (wrong.length > 0) {
    throw new GatewayError(
      'settings-wrong',
      `${source} is wrong:\n${wrong.map((each) => `  ${each}`).join('\n')}`,
      'Correct these fields.',
    );
  }
  return settings;
}

/** Whether a provider with these settings recognises repeats and can be asked about messages. */
export function knowsOf(settings: AnySettings): SmsProvider['knows'] {
  switch (settings.type) {
    case 'outbox':
      return { repeats: true, fates: true };
    case 'http':
      return knowsOfHttp(settings);
    case 'esms':
      return { repeats: true, ofTheDay: true, fates: false };
    case 'smpp':
    case 'email':
      return { repeats: false, fates: false };
  }
}

/**
 * Reads the delivery reports in one HTTP call from a provider; empty for providers that report in another way or not
 * at all.
 * @param parts of the call: its query parameters, and its body as JSON or form fields.
 */
export function readReportsOf(settings: AnySettings, parts: { query?: unknown; body?: unknown }): DeliveryReport[] {
  if (settings.type === 'esms') return readEsmsReports(parts);
  return settings.type === 'http' ? readHttpReports(settings, parts) : [];
}

function withPolicy(settings: AnySettings): ProviderSettings {
  const { repeats, ofTheDay = false, fates } = knowsOf(settings);
  const certain = fates || (repeats && !ofTheDay);
  return { ...settings, whenUncertain: settings.whenUncertain ?? (certain ? 'at-least-once' : 'at-most-once') };
}

/** For example: provider 2 (smsc), port: Invalid input: expected number, received string */
function say(issue: z.core.$ZodIssue, index: number, given: unknown): string {
  const name = typeof given === 'object' && given !== null && 'name' in given ? given.name : undefined;
  const who = `provider ${index + 1}${typeof name === 'string' ? ` (${name})` : ''}`;
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => (path ? `${path}.${key}` : key)).join(', ');
    return `${who}, ${keys}: no such field; remove it or correct its name`;
  }
  if (issue.code === 'invalid_union' && path === 'type') {
    return `${who}, type: must be one of outbox, http, esms, smpp, email`;
  }
  const missing =
    issue.code === 'invalid_type' && issue.input === undefined && valueIn(given, issue.path) === undefined;
  return `${who}${path && `, ${path}`}: ${missing ? 'is missing' : issue.message}`;
}

function valueIn(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], given);
}

function placeOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec((error as Error).message)?.[1];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return `: line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
