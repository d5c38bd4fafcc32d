import { BY } from '../kernel/fields.js';
import { defineCommandAnswering, defineQuestion } from '../requests/define.js';
import { may, moreLine, PAGE } from '../requests/question-fields.js';
import { ALERT_STATUSES } from './alert-statuses.js';
import type { Decided, HeldCases } from './held-cases.js';
import type { ListedAlerts } from './list-alerts.js';
import { alertLine } from './alert-lines.js';

export const listAlerts = defineQuestion({
  name: 'list-alerts',
  permission: 'alerts:read',
  says: 'list alerts: who had to be notified, who was notified, and who needs a visit',
  fields: {
    case: may('case', 'only alerts of this case'),
    person: may('person', 'only alerts of this person'),
    status: { ...may('choice', 'only alerts with this status'), choices: ALERT_STATUSES },
    ...PAGE,
  },
  needs: ['graph'],
  http: { path: 'alerts', tag: 'alerts' },
  cli: {
    words: 'alerts list',
    group: 'alerts: who had to be notified, who was notified, and who needs a visit',
    isDefault: true,
    shortened: true,
    ofMessages: true,
    csv: 'print all of them as CSV, times in UTC',
    *told({ items, next }: ListedAlerts, { cursor }) {
      for (const item of items) yield alertLine(item);
      if (items.length === 0) yield cursor === undefined ? 'No alerts.' : 'No more alerts.';
      else if (next === null) yield `${items.length} ${items.length === 1 ? 'alert' : 'alerts'}`;
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('./list-alerts.js')).listedAlerts,
  handle: async (context, given) => (await import('./list-alerts.js')).list(context, given),
});

export const listHeld = defineQuestion({
  name: 'held-cases',
  permission: 'alerting:approve',
  says: 'list cases whose alerts wait for approval or were refused, with the numbers',
  fields: {},
  needs: ['graph'],
  http: { path: 'operations/cases', tag: 'operation' },
  cli: {
    words: 'brake list',
    group: 'alerts that wait for approval, because there are more of them than is likely',
    isDefault: true,
    shortened: true,
    *told({ items }: HeldCases) {
      if (items.length === 0) yield 'No alerts wait for approval.';
      for (const { case_id, person_id, status, contacts, since, unlikely } of items) {
        yield `Case ${case_id} (${person_id}): ${contacts} contacts ${status === 'held' ? 'wait' : 'were refused'} since ${since}`;
        for (const { says } of unlikely) yield `  ${says}`;
        if (status === 'held') {
          yield `  Decide with: npx truyvet brake approve ${case_id} --by NAME, or refuse instead of approve`;
        }
      }
    },
  },
  answer: async () => (await import('./held-cases.js')).heldCases,
  handle: async (context) => (await import('./held-cases.js')).list(context),
});

const DECISION = {
  case_id: { kind: 'case', required: true, help: 'the case', fix: 'Give the id of a case, or its beginning.' },
  by: BY,
  note: {
    kind: 'clear-line',
    required: false,
    most: 2_000,
    help: 'the reason; kept in the log for ever, so it must not name contacts',
    fix: 'Give one line of at most 2000 characters, without phone or citizen numbers, or leave it out.',
  },
} as const;

export const approveAlerts = defineCommandAnswering({
  name: 'approve-alerts',
  permission: 'alerting:approve',
  says: 'approve the alerts of a case, and as many again of the same case',
  fields: DECISION,
  needs: ['graph-at-times'],
  http: { path: 'operations/cases/{case_id}/approve', tag: 'operation' },
  cli: {
    words: 'brake approve <case_id>',
    *told({ contacts }: Decided, { case_id }) {
      yield `The ${contacts} contacts of case ${case_id} are alerted now.`;
    },
  },
  answer: async () => (await import('./held-cases.js')).decidedAnswer,
  handle: async ({ base, provenance }, given) =>
    (await import('./held-cases.js')).decide(base.store, 'Approve', given, provenance),
});

export const refuseAlerts = defineCommandAnswering({
  name: 'refuse-alerts',
  permission: 'alerting:approve',
  says: 'refuse the alerts of a case: they are not sent until somebody approves them',
  fields: DECISION,
  needs: ['graph-at-times'],
  http: { path: 'operations/cases/{case_id}/refuse', tag: 'operation' },
  cli: {
    words: 'brake refuse <case_id>',
    *told({ contacts }: Decided, { case_id }) {
      yield `The ${contacts} contacts of case ${case_id} are not alerted. To approve them after all: npx truyvet brake approve ${case_id} --by NAME`;
    },
  },
  answer: async () => (await import('./held-cases.js')).decidedAnswer,
  handle: async ({ base, provenance }, given) =>
    (await import('./held-cases.js')).decide(base.store, 'Refuse', given, provenance),
});

export const ALERTING_REQUESTS = [listAlerts, listHeld, approveAlerts, refuseAlerts];
