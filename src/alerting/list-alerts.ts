import { readProviders } from '@truyvet/message-gateway';
import { z } from 'zod';
import { given as open, type Context } from '../requests/context.js';
import { requirePerson } from '../requests/full-ids.js';
import { knownIds } from '../requests/known-ids.js';
import { instant, paged } from '../requests/paged.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { alertGraph } from './alert-graph.js';
import type { AlertRow } from './alert-ports.js';
import { ALERT_STATUSES, type AlertStatus } from './alert-statuses.js';

const listedAlert = z.object({
  alert_id: z.string(),
  case_id: z.string(),
  person_id: z.string(),
  disease: z.string(),
  degree: z.int(),
  sequence: z.int(),
  status: z.enum(ALERT_STATUSES),
  reason: z.string().nullable().describe('For a failed alert: why it failed; usually somebody has to visit.'),
  by: z.string().nullable().describe('For a covered alert: the alert that notifies everyone who shares the phone.'),
  provider: z.string().nullable(),
  to_file: z.boolean().describe('The provider writes to a file, which nobody reads.'),
  take_back: z.boolean().describe('Its message was sent and still has to be taken back.'),
  requested_at: instant,
  changed_at: instant,
});
export type ListedAlert = z.infer<typeof listedAlert>;
export const listedAlerts = paged(listedAlert);
export type ListedAlerts = z.infer<typeof listedAlerts>;

interface Asked {
  case?: string | undefined;
  person?: string | undefined;
  status?: AlertStatus | undefined;
  limit: number;
  cursor?: unknown;
}

/** Lists a page of alerts, in the order of their ids. */
export async function list(
  context: Context,
  { case: caseId, person, status, limit, cursor }: Asked,
): Promise<ListedAlerts> {
  const after = placeOf(cursor, z.string());
  const files = readProviders(open(context.base, 'config').providers).filter(({ type }) => type === 'outbox');
  const names = files.map(({ name }) => name);
  const filter = { caseId, personId: person, status, after, limit: limit + 1 };
  const found = await context.of(alertGraph).alerts(filter);
  if (found.length === 0 && person !== undefined) await requirePerson(context.of(knownIds), person);
  return pageOf(
    found.map((row) => shown(row, names)),
    limit,
    ({ alert_id }) => alert_id,
  );
}

function shown(row: AlertRow, files: readonly string[]): ListedAlert {
  const { alertId, caseId, personId, disease, degree, sequence, status, reason, by, provider, takeBack } = row;
  return {
    ...{ alert_id: alertId, case_id: caseId, person_id: personId, disease, degree, sequence, status, reason, by },
    ...{ provider, to_file: provider !== null && files.includes(provider), take_back: takeBack },
    ...{ requested_at: row.requestedAt, changed_at: row.changedAt },
  };
}
