import { EventStoreDBClient } from '@eventstore/db-client';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performLocally } from '../../src/entrypoints/perform-locally.js';
import type { ContactsAnswer } from '../../src/investigation/contacts.js';
import { askContacts } from '../../src/investigation/requests/one-case.js';
import type { Runtime } from '../../src/entrypoints/runtime.js';
import { Neo4jAlerts } from '../../src/alerting/alert-graph.js';
import { openGraph } from '../../src/contact-graph/index.js';
import type { AlertRow } from '../../src/alerting/alert-ports.js';
import type { Round } from './crash-rounds.js';
import type { System } from './system.js';
import { staysInGraph } from './stays.js';

/** The result of a round, independent of the speed of processes and of the round's number. Lists are sorted. */
export interface Outcome {
  /** Without the ids of cases, which are those of a round. */
  contacts: object[];
  /** The person of the case, the contact, and the result of the last alert; the number of alerts depends on speed. */
  alerts: string[];
  /**
   * Phones that got a warning, from the outbox. The case depends on speed: a person who was given a last day gets no
   * message about another case with the same day.
   */
  messages: string[];
  /** Everything that the imports stated, from the log. */
  facts: string[];
  /** Stays in the graph: person, place, from and to. */
  stays: string[];
}

interface Line {
  to: string;
  alertId: string;
}

interface Logged {
  id: string;
  stream: string;
  type: string;
  data: Record<string, unknown>;
}

/** Streams of the imported facts. */
const FACTS = /^(?:presence|sample|place|person)-/;
const NAMED_BY_ROUND = new Set(['name', 'phone', 'phoneIndex', 'visitId']);

export function outcomeOf(system: System, round: Round): Promise<Outcome> {
  return system.look(async (runtime) => {
    const graph = openGraph(runtime);
    try {
      const contacts: ContactsAnswer[] = [];
      for (const person of round.cases) contacts.push(await performLocally(runtime, askContacts, { person }));
      const cases = new Map(contacts.map(({ case: { id, person } }) => [id, person]));
      const alerts: AlertRow[] = [];
      for (const caseId of cases.keys())
        alerts.push(...(await new Neo4jAlerts(graph.driver).alerts({ caseId, limit: 100_000 })));
      const stays = await staysInGraph(graph.driver, round.prefix);
      const events = (await eventsOf(runtime)).filter(({ stream }) => FACTS.test(stream));
      const outcome: Outcome = {
        contacts: contacts.map(({ case: { id: _, ...found }, items, ...rest }) => ({
          ...{ case: found, ...rest },
          items: items.map((each) => ({ ...each, cases: each.cases.length })),
        })),
        alerts: lastOfEach(alerts)
          .map((row) => `${cases.get(row.caseId)} ${row.personId} ${became(row)}`)
          .sort(),
        messages: [...new Set(messagesOf(system, alerts, round, cases))].sort(),
        facts: [...new Set(events.filter(({ stream }) => stream.includes(round.prefix)).map(said))].sort(),
        stays: stays.map(({ person, place, from, to }) => `${person} ${place} ${from} ${to}`).sort(),
      };
      return JSON.parse(JSON.stringify(outcome).replaceAll(round.prefix, '')) as Outcome;
    } finally {
      await graph.close();
    }
  });
}

/** Any one of several people on a phone may get the message, and its alert covers the others. */
function became({ status, reason }: AlertRow): string {
  return status === 'sent' || status === 'covered' ? 'told' : `${status} ${reason ?? ''}`;
}

function lastOfEach(alerts: readonly AlertRow[]): AlertRow[] {
  const last = new Map<string, AlertRow>();
  for (const row of [...alerts].sort((a, b) => a.sequence - b.sequence)) {
    last.set(JSON.stringify([row.caseId, row.personId]), row);
  }
  return [...last.values()];
}

export function outboxOf({ dataDir }: System): Line[] {
  const path = join(dataDir, 'outbox.ndjson');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // The last line may be incomplete, because it is just being written.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

function messagesOf(
  system: System,
  alerts: readonly AlertRow[],
  round: Round,
  cases: ReadonlyMap<string, string>,
): string[] {
  const caseOf = new Map(alerts.map(({ alertId, caseId }) => [alertId, cases.get(caseId)]));
  return outboxOf(system).flatMap(({ to, alertId }) => {
    const id = alertId.replace(/-withdrawal$/, '');
    const about = caseOf.get(id);
    return about === undefined || id !== alertId ? [] : [`${round.phoneOf(to)} warned`];
  });
}

function said({ stream, type, data }: Logged): string {
  const open = Object.entries(data).filter(([field]) => !NAMED_BY_ROUND.has(field));
  return `${stream} ${type} ${JSON.stringify(Object.fromEntries(open.sort()))}`;
}

/** The whole log except the server's own streams. */
export async function eventsOf({ urls }: Runtime): Promise<Logged[]> {
  const client = EventStoreDBClient.connectionString(urls.eventStoreUrl);
  try {
    const events: Logged[] = [];
    for await (const { event } of client.readAll()) {
      if (!event || event.streamId.startsWith('$')) continue;
      const { id, streamId, type, data } = event;
      events.push({ id, stream: streamId, type, data: data as Record<string, unknown> });
    }
    return events;
  } finally {
    await client.dispose();
  }
}

/** Everything that was stated or done more than once although only once is allowed; empty if all is well. */
export function doubled(events: readonly Logged[], lines: readonly Line[]): string[] {
  const ONCE = ['AlertRequested', 'AlertSent', 'AlertFailed', 'AlertCovered', 'WithdrawalSent', 'CaseConfirmed'];
  return [
    ...repeated(lines.map(({ alertId }) => `outbox: ${alertId}`)),
    ...repeated(events.filter(({ type }) => ONCE.includes(type)).map(({ stream, type }) => `${stream}: ${type}`)),
    ...repeated(events.map(({ stream, id }) => `${stream}: event ${id}`)),
  ];
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}
