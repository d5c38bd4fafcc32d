import { reminderStream } from '../reminders/events.js';
import type { AlertCommand } from '../alerting/alert.js';
import { reminderDecider } from '../reminders/reminder.js';
import type { GraphQueries, SentMessage } from '../contact-graph/ports.js';
import type { EventStore } from '../event-log/event-store.js';
import { handle } from '../event-log/handle.js';
import type { Queues } from '../work/queues.js';
import { loadAlert, SOURCE } from '../alerting/alert-log.js';
import type { DeliveryReport } from '@truyvet/message-gateway';
import { keptDetail, keptReference } from './kept.js';

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

/** Nothing is known of the message yet, or never will be. */
export class UnknownMessage extends Error {
  override readonly name = 'UnknownMessage';
}

/** Notes what became of a message. @throws UnknownMessage */
export async function noteReport(
  store: EventStore,
  graph: Pick<GraphQueries, 'messageByReference'>,
  given: ReportJob,
): Promise<void> {
  const report = { ...given, detail: keptDetail(given.detail) };
  const message = await graph.messageByReference(report.provider, keptReference(report.reference));
  if (message === undefined) throw new UnknownMessage('no message of this reference is known');
  if ('alertId' in message) {
    const command = commandOf(message, report);
    if (command) await (await loadAlert(store, message.alertId)).record(command);
  } else if (report.status === 'failed') {
    const { provider, detail } = report;
    const command = { type: 'MarkUndelivered' as const, reminderId: message.reminderId, provider, detail };
    await handle(store, reminderDecider, reminderStream(message.reminderId), command, { source: SOURCE });
  }
}

/** Undefined where nothing follows from the report. */
function commandOf(
  { alertId, withdrawal }: Extract<SentMessage, { alertId: string }>,
  { provider, status, detail }: ReportJob,
): AlertCommand | undefined {
  if (status === 'network-delivered') return withdrawal ? undefined : { type: 'MarkDelivered', alertId, provider };
  return { type: withdrawal ? 'MarkWithdrawalUndelivered' : 'MarkUndelivered', alertId, provider, detail };
}
