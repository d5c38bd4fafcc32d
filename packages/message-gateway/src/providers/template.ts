import { GatewayError } from '../gateway-error.js';
import type { Message } from '../provider.js';

/** The placeholders: {id}, {to}, {digits}, {text}, {sender}, {env:NAME}. */
const PLACE = /\{(?:(id|to|digits|text|sender)|env:([A-Za-z_][A-Za-z0-9_]*))\}/g;

export type Values = Readonly<Record<'id' | 'to' | 'digits' | 'text' | 'sender', string>>;

/** `digits` is the number without its plus, which many gateways want. */
export function valuesOf(message: Message, sender: string): Values {
  return { ...message, digits: message.to.replace(/^\+/, ''), sender };
}

/** Fills a template. Placeholders in the message's own text are not replaced. */
export function fill(template: string, values: Values, env: NodeJS.ProcessEnv, code = (text: string) => text): string {
  return template.replace(PLACE, (_all, name: keyof Values | undefined, variable: string | undefined) =>
    code(name === undefined ? secret(variable ?? '', env) : values[name]),
  );
}

/** Fills every text in a JSON value; keys stay as they are. */
export function fillAll(template: unknown, values: Values, env: NodeJS.ProcessEnv): unknown {
  if (typeof template === 'string') return fill(template, values, env);
  if (Array.isArray(template)) return template.map((each: unknown) => fillAll(each, values, env));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, fillAll(each, values, env)]));
}

/** The placeholders of a template that a message fills. @throws GatewayError when a variable that it names is unset. */
export function placesIn(template: unknown, env: NodeJS.ProcessEnv): Set<string> {
  const places = new Set<string>();
  for (const [, name, variable] of JSON.stringify(template ?? null).matchAll(PLACE)) {
    if (name !== undefined) places.add(name);
    else secret(variable ?? '', env);
  }
  return places;
}

/**
 * Reads a secret, which the settings only name.
 * @throws GatewayError when the variable is unset or empty.
 */
export function secret(variable: string, env: NodeJS.ProcessEnv): string {
  const value = env[variable];
  if (value === undefined || value === '') {
    throw new GatewayError(
      'secret-missing',
      `The environment variable ${variable}, which providers.json names, is not set.`,
      `Set ${variable} before starting, or name another variable in providers.json.`,
    );
  }
  return value;
}

/** The secrets that settings name in fields that end in `Env` and in templates, as far as they are set. */
export function secretsIn(settings: object, env: NodeJS.ProcessEnv): string[] {
  const text = JSON.stringify(settings);
  const named = [...text.matchAll(/"\w{1,20}Env":"(\w+)"/g), ...text.matchAll(/\{env:(\w+)\}/g)];
  return named.flatMap(([, variable = '']) => env[variable] || []);
}
