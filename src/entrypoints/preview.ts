import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAlert } from '../alert/alert-log.js';
import { Allowance } from '../alert/allowance.js';
import { Brake } from '../alert/brake.js';
import { CaseViews } from '../alert/case-views.js';
import { exposedAt, OwnCases } from '../alert/own-cases.js';
import { Planner } from '../alert/planner.js';
import { Recipients } from '../alert/recipients.js';
import { Rules } from '../alert/rules.js';
import type { CaseEvent, EventType } from '../domain/events.js';
import { openGraph, type Graph } from '../graph/index.js';
import { TraceCache, withTraceGraph } from '../graph/trace-graph.js';
import { UserError } from '../domain/errors.js';
import type { ImportSummary } from '../ingest/import-rows.js';
import type { Kind } from '../ingest/rows.js';
import { requireServices, type Runtime } from './runtime.js';
import type { EventStore, RecordedEvent } from '../log/event-store.js';
import { OverlayStore } from '../log/overlay-store.js';
import type { Config } from '../platform/config.js';
import { reactToResults } from '../trace/results.js';
import { traceCase } from '../trace/worker.js';

/**
 * Says who would be told by an import, for the command line, and stores nothing.
 * @param takeIn imports the rows with what it is given; refused rows go to the path, which is removed.
 * @returns the exit code.
 */
export async function previewImport(
  runtime: Runtime,
  kind: Kind,
  takeIn: (above: Runtime, rejectsPath: string) => Promise<ImportSummary>,
  json: boolean,
): Promise<number> {
  if (kind !== 'results') {
    throw new UserError('--preview is of results only.', 'Leave it out, or preview the results that concern you.');
  }
  await requireServices(runtime.urls, ['neo4j']);
  const { store, config } = runtime;
  const graph = openGraph(runtime);
  const rejectsPath = join(tmpdir(), `truyvet-preview-${randomUUID()}`);
  try {
    let rejected = 0;
    const found = await previewOf({ store, graph, config }, async (overlay) => {
      rejected = (await takeIn({ ...runtime, store: overlay }, rejectsPath)).rejected;
    });
    if (json) console.log(JSON.stringify({ ...found, rejected }));
    else for (const line of describedPreview(found)) console.log(line);
    return rejected > 0 ? 2 : 0;
  } finally {
    rmSync(rejectsPath, { force: true });
    await graph.close();
  }
}

/** What would follow for people, by their ids; a person is named once for each case. */
export interface Preview {
  cases: { opened: string[]; retracted: string[]; changed: string[] };
  told: string[];
  /** They asked for less, or named an earlier day, or a message was taken back since. */
  told_again: string[];
  taken_back: string[];
  /** Found after their last day, or cases themselves: nobody tells them. */
  not_told: string[];
  /** Contacts of cases whose numbers are unlikely: they would wait for a person. */
  waiting: number;
}

/** Bytes of slots that are kept while cases are traced. */
const SLOT_CACHE = 128 * 2 ** 20;
/** After which a case is traced. */
const CHANGING: readonly EventType[] = [
  'CaseConfirmed',
  'CaseEvidenceWithdrawn',
  'InfectiousWindowChanged',
  'CaseRetracted',
];
/** Nothing that waits for a morning is looked at. */
const MORNING = 8 * 60;
/** Nobody's alerts are looked up by a registration: there is none. */
const NOBODY = { add: async () => {}, remove: async () => {}, alertsOf: async () => [] };

/** What the log is asked with. */
interface Asked {
  store: EventStore;
  graph: Graph;
  config: Config;
}

/**
 * What results would lead to, by the code by which they do: they are taken in, cases opened and traced, alerts planned, all
 * of it above the log and none of it in it.
 * @param takeIn stores the results in the log that it is given.
 */
export async function previewOf(
  { store, graph, config }: Asked,
  takeIn: (overlay: EventStore) => Promise<void>,
): Promise<Preview> {
  const position = (await graph.queries.position()) ?? { commit: 0n, prepare: 0n };
  const { now, zone, authority } = config;
  const overlay = new OverlayStore(store, position, now);
  await takeIn(overlay);
  const ask = () => Promise.resolve();
  const batch = { events: [...overlay.appended], position };
  const signal = new AbortController().signal;
  await reactToResults(batch, { store: overlay, graph: graph.queries, authority, zone, ask, signal });
  const cases = new Set(
    overlay.appended.flatMap((event) =>
      CHANGING.includes(event.type) ? [(event as RecordedEvent<CaseEvent>).data.caseId] : [],
    ),
  );

  const views = new CaseViews(overlay);
  const rules = new Rules(overlay, { zone, now });
  const ownCases = new OwnCases(overlay, views, rules);
  const recipients = new Recipients(overlay, views, config.alertMergeHours, now, config.alertGatherMinutes > 0);
  const allowance = new Allowance(overlay, { zone, now, phoneDaily: config.phoneDaily, morning: MORNING });
  const brake = new Brake(overlay, graph.queries, config.brake, now, zone);
  const common = { store: overlay, views, recipients, rules, ownCases, allowance, now };
  const planner = new Planner({ ...common, brake, unreached: NOBODY });
  const cache = new TraceCache(SLOT_CACHE);
  const reading: Parameters<typeof traceCase>[1]['reading'] = (run, past) =>
    withTraceGraph(graph.driver, cache, run, past);
  for (const caseId of cases) {
    await traceCase({ caseId }, { store: overlay, graph: graph.queries, reading });
    await planner.plan(caseId, null);
  }
  const isTold = async ({ caseId, personId }: Whom) => {
    const view = await views.fresh(caseId);
    const contact = view.contact(personId);
    if (!contact) return false;
    const { disease } = view;
    return (
      !(await rules.isOver(view, contact)) &&
      (await ownCases.of({ disease, personId }, exposedAt(contact, now()))) === undefined
    );
  };
  const toldBy = async (alertId: string) => (await loadAlert(overlay, alertId)).state.request;
  return summed(overlay.appended, isTold, toldBy);
}

interface Whom {
  caseId: string;
  personId: string;
}

async function summed(
  events: readonly RecordedEvent[],
  isTold: (whom: Whom) => Promise<boolean>,
  toldBy: (alertId: string) => Promise<Whom | null>,
): Promise<Preview> {
  const opened = new Set<string>();
  const changed = new Set<string>();
  const retracted = new Set<string>();
  const preview: Preview = {
    ...{ cases: { opened: [], retracted: [], changed: [] }, told: [], told_again: [], taken_back: [] },
    ...{ not_told: [], waiting: 0 },
  };
  const asked = new Map<string, { personId: string; caseId: string; again: boolean }>();
  const withdrawn = new Set<string>();
  for (const event of events) {
    if (event.type === 'CaseConfirmed') {
      (event.revision === 0 ? opened : changed).add(event.data.caseId);
      retracted.delete(event.data.caseId);
    } else if (event.type === 'InfectiousWindowChanged' || event.type === 'CaseEvidenceWithdrawn') {
      changed.add(event.data.caseId);
    } else if (event.type === 'CaseRetracted') retracted.add(event.data.caseId);
    else if (event.type === 'AlertsHeld') preview.waiting += event.data.contacts;
    else if (event.type === 'AlertWithdrawn' && event.data.told) withdrawn.add(event.data.alertId);
    else if (event.type === 'AlertRequested') {
      const { personId, caseId, sequence } = event.data;
      asked.set(keyOf(event.data), { personId, caseId, again: sequence > 0 });
    }
  }
  for (const alertId of withdrawn) {
    const whom = await toldBy(alertId);
    if (whom && !asked.has(keyOf(whom))) preview.taken_back.push(whom.personId);
  }
  for (const { again, ...whom } of asked.values()) {
    const { personId } = whom;
    if (!(await isTold(whom))) preview.not_told.push(personId);
    else if (again) preview.told_again.push(personId);
    else preview.told.push(personId);
  }
  preview.cases = {
    opened: [...opened].filter((caseId) => !retracted.has(caseId)),
    retracted: [...retracted].filter((caseId) => !opened.has(caseId)),
    changed: [...changed].filter((caseId) => !opened.has(caseId) && !retracted.has(caseId)),
  };
  return preview;
}

const keyOf = ({ caseId, personId }: Whom) => JSON.stringify([caseId, personId]);

const SHOWN = 10;

/** In words, for the command line. */
export function* describedPreview(preview: Preview): Iterable<string> {
  const { cases, told, told_again: again, taken_back: takenBack, not_told: notTold, waiting } = preview;
  yield 'Nothing was stored. Imported, these results would';
  yield `  open ${cases.opened.length} cases, change ${cases.changed.length}, retract ${cases.retracted.length}`;
  yield `  tell ${named(told)}`;
  yield `  tell again ${named(again)}`;
  yield `  take back what was told of ${named(takenBack)}`;
  if (notTold.length > 0) yield `  find ${named(notTold)} too late, or cases of the disease: nobody tells them`;
  if (waiting > 0)
    yield `  have ${waiting} contacts wait for a person, since the numbers are unlikely: npx truyvet brake`;
}

function named(people: readonly string[]): string {
  if (people.length === 0) return 'nobody';
  const shown = people.slice(0, SHOWN).join(', ');
  const more = people.length > SHOWN ? ` and ${people.length - SHOWN} more (--json names all)` : '';
  return `${people.length}: ${shown}${more}`;
}
