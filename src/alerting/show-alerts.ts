import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { readProviders } from '@truyvet/message-gateway';
import { NOTHING_TO_SAY } from '../tasks/task.js';
import type { AlertRow, AlertStatus, GraphQueries } from '../contact-graph/ports.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { requirePerson } from '../investigation/cases.js';
import { forPeople } from '../cli/for-people.js';
import { personAsKnown } from '../investigation/full-ids.js';
import { openForPeople } from '../entrypoints/for-people.js';
import { groundOf } from '../investigation/ground.js';
import { sayWhereNobodyGetsThem } from '../delivery/index.js';
import { openRuntime } from '../entrypoints/runtime.js';
import { requireSameLog } from '../entrypoints/same-log.js';
import { wholeId } from '../investigation/whole-id.js';

export interface AlertsOptions {
  case?: string | undefined;
  person?: string | undefined;
  status?: AlertStatus;
  json?: boolean;
}

const PAGE = 1_000;

/** Prints alerts for the command line. */
export async function showAlerts(options: AlertsOptions): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'alerts'), ['neo4j']);
  const graph = openForPeople(runtime);
  // Whoever reads only the beginning, such as `head`, closes the pipe.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    await requireSameLog(runtime, graph.driver);
    const { zone } = config;
    const { graph: asked } = groundOf(graph.driver, runtime.store, { zone });
    const person = options.person === undefined ? undefined : await personAsKnown(asked, options.person);
    if (person !== undefined) await requirePerson(asked, person);
    const caseId = options.case === undefined ? undefined : await wholeId(runtime, 'case', options.case, '--case');
    const shown = (rows: AlertRow[]) => forPeople(rows, asked, zone);
    const files = readProviders(config.providers).filter(({ type }) => type === 'outbox');
    const to = { out: process.stdout, files: files.map(({ name }) => name), shown };
    await printAlerts(graph.people, { ...options, case: caseId, person }, to);
    sayWhereNobodyGetsThem(config, { data: options.json ?? false });
  } finally {
    await graph.close();
    await runtime.close();
  }
}

/**
 * Page by page, however many there are.
 * @param to.files providers that are a file, which nobody reads.
 * @param to.shown how a page is shown to people; JSON has it as it is.
 */
export async function printAlerts(
  queries: Pick<GraphQueries, 'alerts'>,
  options: AlertsOptions,
  { out, files, shown }: { out: Writable; files: readonly string[]; shown: (rows: AlertRow[]) => Promise<AlertRow[]> },
): Promise<void> {
  const print = async (text: string) => {
    if (!out.write(text)) await once(out, 'drain');
  };
  let count = 0;
  for await (const page of pagesOf(queries, options)) {
    const lines = options.json
      ? page.map((row, i) => json(row, count + i === 0))
      : (await shown(page)).map((row) => described(row, files));
    await print(lines.join(''));
    count += page.length;
  }
  if (options.json) await print(count === 0 ? '[]\n' : '\n]\n');
  else await print(count === 0 ? 'No alerts.\n' : `${count} ${count === 1 ? 'alert' : 'alerts'}\n`);
}

async function* pagesOf(
  queries: Pick<GraphQueries, 'alerts'>,
  { case: caseId, person: personId, status }: AlertsOptions,
): AsyncGenerator<AlertRow[]> {
  for (let after: string | undefined; ;) {
    const page = await queries.alerts({ caseId, personId, status, after, limit: PAGE });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.alertId;
  }
}

function json(row: AlertRow, first: boolean): string {
  const { alertId, caseId, personId, disease, degree, sequence, status, reason, by, provider, takeBack } = row;
  const { requestedAt, changedAt } = row;
  const shown = { alertId, caseId, personId, disease, degree, sequence, status, reason, by, provider, takeBack };
  return `${first ? '[\n' : ',\n'}${JSON.stringify({ ...shown, requestedAt, changedAt })}`;
}

function described(row: AlertRow, files: readonly string[]): string {
  const { alertId, caseId, personId, disease, degree, changedAt } = row;
  return `${changedAt}  ${personId}  F${degree} of ${disease}, case ${caseId}  ${outcome(row, files)}  [${alertId}]\n`;
}

const REASONS: Record<string, string> = {
  'no-phone': 'no phone',
  'unknown-person': 'not registered',
  'no-sms': 'the number takes no SMS',
  'too-late': 'found too late',
  'is-a-case': 'a case of the disease',
  bound: 'too many messages today',
  file: 'written to a file only',
  refused: 'the number is refused',
  undelivered: 'the network could not deliver the message',
  uncertain: 'a message may have gone, nobody can say',
};

function outcome({ status, reason, by, provider, takeBack }: AlertRow, files: readonly string[]): string {
  switch (status) {
    case 'failed':
      return `${NOTHING_TO_SAY.includes(reason ?? '') ? 'not told' : 'visit'}: ${REASONS[reason ?? ''] ?? 'cannot be reached'}`;
    case 'covered':
      return `told with another alert [${by ?? '?'}]`;
    case 'sent':
    case 'delivered':
      return files.includes(provider ?? '') ? `written to a file (${provider})` : `${status} by ${provider ?? '?'}`;
    case 'withdrawn':
      return takeBack ? 'withdrawn, to be taken back' : 'withdrawn';
    case 'requested':
      return 'waiting to be sent';
  }
}
