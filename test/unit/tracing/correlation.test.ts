import { anyStream } from '../../support/events.js';
import { expect, it } from '@jest/globals';
import { Allowance } from '../../../src/delivery/allowance.js';
import { Brake } from '../../../src/alerting/apply-brake.js';
import { CaseViews } from '../../../src/alerting/case-views.js';
import { OwnCases } from '../../../src/alerting/own-cases.js';
import { Planner } from '../../../src/alerting/planner.js';
import { Recipients } from '../../../src/alerting/recipients.js';
import { Rules } from '../../../src/alerting/rules.js';
import { formatInstant, SECONDS_PER_DAY } from '../../../src/kernel/instant.js';
import type { TraceGraph } from '../../../src/contact-graph/ports.js';
import type { RecordedEvent } from '../../../src/event-log/event-store.js';
import { caseIdOf } from '../../../src/cases/ids.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { calendarOf } from '../../../src/platform/calendar.js';
import { applyResult } from '../../../src/cases/open-cases.js';
import { traceCase } from '../../../src/tracing/worker.js';
import { graphOf } from '../../oracle/array-graph.js';
import { MIDNIGHT } from '../../oracle/worlds.js';
import { reported } from '../../support/builders/results.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

it('From a result to the alert, each event names its cause, and all of them the import', async () => {
  const store = new MemoryEventStore();
  const event = reported('An', { sampleId: 's', collectedAt: formatInstant(MIDNIGHT) });
  const provenance = { source: 'lab', correlationId: 'import', laboratory: true };
  await store.append(anyStream('sample-s'), [{ id: 'result', event, provenance }], 'any');
  const profiles = { all: builtInProfiles(), calendar: calendarOf('Asia/Ho_Chi_Minh') };
  await applyResult(store, profiles, store.all[0] as RecordedEvent<typeof event>);

  const graph = { position: () => Promise.resolve(store.all.at(-1)?.position) };
  const near = { a: 'An', b: 'Binh', from: MIDNIGHT, to: MIDNIGHT + 3_600, distance: null };
  const world = { stays: [], nearness: [near], isolations: [], tests: [] };
  const reading = <T>(run: (given: TraceGraph) => Promise<T>) => run(graphOf(world));
  const caseId = caseIdOf('An', 'covid-19', 0);
  await traceCase({ caseId }, { store, graph, reading });
  const views = new CaseViews(store);
  const usually = {
    pace: async () => ({ usual: [], today: 0, before: [], approvedToday: 0 }),
    capacities: async () => new Map<string, number>(),
  };
  const now = () => (MIDNIGHT + SECONDS_PER_DAY) * 1000;
  const days = { zone: 'Asia/Ho_Chi_Minh', now };
  const brake = new Brake(store, usually, { contacts: 10, daily: 10, times: 3 }, now, days.zone);
  const recipients = new Recipients(store, views, 12, now);
  const rules = new Rules(store, days);
  const ownCases = new OwnCases(store, views, rules);
  const allowance = new Allowance(store, { ...days, phoneDaily: 4, morning: 480 });
  const unreached = { add: async () => {}, remove: async () => {}, alertsOf: async () => [] };
  const parts = { store, views, recipients, brake, rules, ownCases, allowance, unreached, now };
  await new Planner(parts).plan(caseId, null);

  const last = (type: string) => store.all.findLast((each) => each.type === type);
  const causeOf = (type: string) => last(type)?.provenance.causationId;
  expect(new Set(store.all.map((each) => each.provenance.correlationId))).toEqual(new Set(['import']));
  expect(causeOf('CaseConfirmed')).toBe('result');
  expect(causeOf('TraceCompleted')).toBe(last('InfectiousWindowChanged')?.id);
  expect(causeOf('ContactsTraced')).toBe(last('InfectiousWindowChanged')?.id);
  expect(causeOf('AlertRequested')).toBe(last('TraceCompleted')?.id);
});
