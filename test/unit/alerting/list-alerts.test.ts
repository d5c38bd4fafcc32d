import { describe, expect, it } from '@jest/globals';
import { listAlerts } from '../../../src/alerting/requests.js';
import { alertGraph } from '../../../src/alerting/alert-graph.js';
import type { AlertFilter, AlertRow } from '../../../src/alerting/alert-ports.js';
import { readConfig } from '../../../src/platform/config.js';
import { Contexts } from '../../../src/requests/context.js';
import { knownIds } from '../../../src/requests/known-ids.js';
import { perform } from '../../../src/requests/perform.js';
import { keysOf } from '../../support/asking.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const row = (alertId: string, facts: Partial<AlertRow> = {}): AlertRow => ({
  alertId,
  caseId: 'c',
  personId: `person of ${alertId}`,
  disease: 'covid-19',
  degree: 1,
  sequence: 0,
  status: 'sent',
  reason: null,
  by: null,
  provider: 'outbox',
  takeBack: false,
  requestedAt: '2021-08-05T02:00:00Z',
  changedAt: '2021-08-05T02:00:01Z',
  ...facts,
});

/** Lists alerts of a graph that contains these. */
function asking(all: AlertRow[]) {
  const asked: AlertFilter[] = [];
  const alerts = (filter: AlertFilter) => {
    asked.push(filter);
    return Promise.resolve(all.filter(({ alertId }) => alertId > (filter.after ?? '')).slice(0, filter.limit));
  };
  const store = new MemoryEventStore();
  const base = { store, ...keysOf(store), zone: 'UTC', config: readConfig({}) };
  const knowsPerson = (id: string) => Promise.resolve(id !== 'Chii');
  const contexts = new Contexts(base, { [alertGraph.name]: { alerts }, [knownIds.name]: { knowsPerson } });
  const context = contexts.for({ source: 'test' });
  return { asked, ask: async (given: object) => (await perform(listAlerts, context, given)).answer };
}

describe('The list of alerts', () => {
  it('comes in pages, each of which says where the next one begins', async () => {
    const { asked, ask } = asking(Array.from({ length: 250 }, (_, i) => row(String(i).padStart(5, '0'))));
    const found: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await ask({ status: 'sent', ...(cursor !== undefined && { cursor }) });
      found.push(...page.items.map(({ alert_id }) => alert_id));
      cursor = page.next;
    }
    expect(found).toHaveLength(250);
    expect(new Set(found).size).toBe(250);
    expect(asked.map(({ after, status }) => [after, status])).toEqual([
      [undefined, 'sent'],
      ['00099', 'sent'],
      ['00199', 'sent'],
    ]);
  });

  it('distinguishes a known person who never got an alert from a misspelt name', async () => {
    const { ask } = asking([]);
    expect(await ask({ person: 'Chi' })).toEqual({ items: [], next: null });
    await expect(ask({ person: 'Chii' })).rejects.toThrow('The person Chii is not known.');
    expect(await toldOf([])).toEqual(['No alerts.']);
  });

  it('shows the status of each alert to people, and who needs a visit', async () => {
    const told = await toldOf([
      row('a1', { provider: 'gateway' }),
      row('a2', { status: 'failed', reason: 'no-phone', provider: null }),
      row('a3', { status: 'failed', reason: 'unknown-person', provider: null }),
      row('a4', { status: 'covered', by: 'a1', provider: null, degree: 2 }),
      row('a5', { status: 'withdrawn', takeBack: true }),
      row('a6', { status: 'requested', provider: null }),
      row('a7', { status: 'failed', reason: 'is-a-case', provider: null }),
      row('a8', { status: 'failed', reason: 'too-late', provider: null }),
      row('a9'),
    ]);
    expect(told.map((line) => line.split('  ').slice(2).join(' | '))).toEqual([
      'F1 of covid-19, case c | sent by gateway | [a1]',
      'F1 of covid-19, case c | visit: no phone | [a2]',
      'F1 of covid-19, case c | visit: not registered | [a3]',
      'F2 of covid-19, case c | notified by another alert [a1] | [a4]',
      'F1 of covid-19, case c | withdrawn, to be taken back | [a5]',
      'F1 of covid-19, case c | waiting to be sent | [a6]',
      'F1 of covid-19, case c | not notified: a case of the disease | [a7]',
      'F1 of covid-19, case c | not notified: found too late | [a8]',
      'F1 of covid-19, case c | written to a file (outbox) | [a9]',
      '',
    ]);
  });

  async function toldOf(all: AlertRow[]): Promise<string[]> {
    const answer = await asking(all).ask({});
    return [...(listAlerts.cli?.told(answer, { limit: 100 }, 'UTC', true) ?? [])];
  }
});
