import { alertDecider } from '../domain/alert.js';
import type { GraphQueries } from '../graph/ports.js';
import type { EventStore } from '../log/event-store.js';
import { handle } from '../log/handle.js';
import { streams } from '../log/streams.js';
import type { Queues } from '../platform/queues.js';
import { loadAlert } from './alert-log.js';
import type { DeliveryReport } from './provider.js';

export const REPORT_QUEUE = 'alert-reports';
/** A report may come before the graph knows of the message: it is looked for again, over some minutes. */
const ATTEMPTS = 12;

export interface ReportJob extends DeliveryReport {
  provider: string;
}

/** Keeps reports of a provider until each is noted; a repeated one changes nothing. */
export async function takeReports(queues: Queues, provider: string, reports: readonly DeliveryReport[]): Promise<void> {
  await queues.queue<ReportJob>(REPORT_QUEUE).addBulk(
    reports.map((report) => ({
      name: 'report',
      data: { ...report, provider },
      // Providers' names for messages may hold what an id may not.
      opts: {
        jobId: `report-${Buffer.from(JSON.stringify([provider, report.reference, report.status])).toString('base64url')}`,
        attempts: ATTEMPTS,
      },
    })),
  );
}

/** Nothing is known of the message yet, or never will be: it may be of one that took an alert back. */
export class UnknownMessage extends Error {
  override readonly name = 'UnknownMessage';
}

/** Notes what became of a message. @throws UnknownMessage */
export async function noteReport(
  store: EventStore,
  graph: Pick<GraphQueries, 'alertByReference'>,
  { provider, reference, status, detail }: ReportJob,
): Promise<void> {
  const alertId = await graph.alertByReference(provider, reference);
  if (alertId === undefined) throw new UnknownMessage('no alert of this reference is known');
  const command =
    status === 'network-delivered'
      ? { type: 'MarkDelivered' as const, alertId, provider }
      : { type: 'MarkUndelivered' as const, alertId, provider, detail };
  const { because } = await loadAlert(store, alertId);
  await handle(store, alertDecider, streams.alert(alertId), command, because);
}
