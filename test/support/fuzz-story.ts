import type { Known } from './fuzz-known.js';
import type { AcceptedMessage } from '../../packages/message-gateway/test/simulators/http-simulator.mjs';

const HOUR = 3_600_000;
/** Contacts of a case that are alerted. */
const FEW = 6;
/** Contacts of a case whose alerts wait, and the number of such cases; each can be decided once. */
const MANY = 8;
const WAITING = 4;
/** Results that wait for a person; each can be decided once. */
const HELD = 20;
/** From this number of contacts on, alerts wait: the setting TRUYVET_BRAKE_CONTACTS. */
export const BRAKE_CONTACTS = 6;
/** Its reports arrive under this name too. */
export const PROVIDER = 'gateway';

/** The settings of a provider whose messages go to a simulator at this URL. */
export function providersFor(url: string): object[] {
  return [
    {
      ...{ type: 'http', name: PROVIDER, url: `${url}/messages`, idempotencyHeader: 'Idempotency-Key' },
      body: { json: { to: '{to}', text: '{text}', from: '{sender}' } },
      ...{ sender: 'CDC', reference: '/data/id' },
      query: { url: `${url}/messages/{id}`, reference: '/data/id' },
      reports: { reference: '/id', status: '/status', delivered: ['delivered'], failed: ['undelivered'] },
    },
  ];
}

/** Creates something to ask about: a case with contacts, cases with too many contacts, and held results. */
export async function playStory(url: string, now: number): Promise<void> {
  const at = (hours: number) => new Date(now - hours * HOUR).toISOString();
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  };
  const positive = { disease: 'covid-19', collected_at: at(30), reported_at: at(29), result: 'positive' };
  const outbreak = async (first: number, people: number): Promise<void> => {
    const person_ids = Array.from({ length: people }, (_, i) => `p${first + i}`);
    const stay = { place_id: `p${first}`, arrived_at: at(60), left_at: at(56) };
    await post('/v1/check-ins/group', { person_ids, ...stay });
    await post('/v1/results', { ...positive, sample_id: `s${first}`, person_id: `p${first}` });
  };
  for (let i = 0; i < FEW; i++) {
    await post('/v1/people', { person_id: `p${i}`, phone: `091234567${i}`, language: i % 2 === 0 ? 'vi' : 'en' });
  }
  await outbreak(0, FEW);
  for (let i = 1; i <= WAITING; i++) await outbreak(i * 10, MANY);
  for (let i = 0; i < HELD; i++) {
    // The onset is so long before the sample that a person has to look at the result.
    const held = { sample_id: `held${i}`, person_id: `p${100 + i}`, onset_at: at(24 * 200) };
    await post('/v1/results', { ...positive, ...held });
  }
}

/** Links that contacts got in messages, and reports that the provider could send about these messages. */
export function knownFrom(messages: readonly AcceptedMessage[], reports: string): Known[] {
  const tag = reports.split('/').at(-1) ?? '';
  return messages.flatMap(({ text, reference }): Known[] => {
    const token = /\/a\/([\w-]+)/.exec(text)?.[1];
    const report: Known = ['report', { provider: PROVIDER, tag, id: reference, status: 'delivered' }];
    return token === undefined ? [report] : [report, ['link', { token }]];
  });
}
