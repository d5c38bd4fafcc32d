import type { Overview } from '../../operations/index.js';

export type { Overview };
export type Provider = Overview['providers'][number];
export type Held = Overview['held'][number];

const ROOT = '/v1/operations';
/** In milliseconds. A page that waits longer would look as if all were well. */
const PATIENCE = 10_000;

/** The API refused a request; the message says why and what to do. */
export class Refused extends Error {}

export async function look(): Promise<Overview> {
  return (await ask(`${ROOT}/alerts`)) as Overview;
}

/** @throws Refused */
export async function order(path: string, body: object): Promise<Record<string, unknown>> {
  return (await ask(`${ROOT}/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })) as Record<string, unknown>;
}

async function ask(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE) });
  const body = (await response.json().catch(() => ({}))) as { detail?: string; fix?: string };
  if (response.ok) return body;
  throw new Refused([body.detail ?? `HTTP ${response.status}`, body.fix].filter(Boolean).join(' '));
}
