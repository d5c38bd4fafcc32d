import type { EventStore } from '../event-log/event-store.js';
import type { Queues } from '../work/queues.js';
import type { DeliveryReport } from '@truyvet/message-gateway';
import { keptDetail, keptReference } from './kept.js';
import { LoadedMessage } from './loaded-message.js';
import type { MessageGraph } from './message-graph.js';
import type { Purposes } from './purposes.js';

/** The source of the events that delivery records by itself. */
const SOURCE = 'truyvet';

export const REPORT_QUEUE = 'alert-reports';
/** A report may come before the graph knows the message, so the search is repeated over some minutes. */
const ATTEMPTS = 12;

export interface ReportJob extends DeliveryReport {
  provider: string;
}

/** Queues reports of a provider until each is recorded; a repeated one changes nothing. */
export async function takeReports(queues: Queues, provider: string, reports: readonly DeliveryReport[]): Promise<void> {
  await queues.queue<ReportJob>(REPORT_QUEUE).addBulk(
    reports.map((report) => ({
      name: 'report',
      data: { ...report, provider },
      // Providers' references may contain characters that a job id may not.
      opts: {
        jobId: `report-${Buffer.from(JSON.stringify([provider, report.reference, report.status])).toString('base64url')}`,
        attempts: ATTEMPTS,
      },
    })),
  );
}

/** Nothing is known about the message yet, or ever will be. */
export class UnknownMessage extends Error {
  override readonly name = 'UnknownMessage';
}

/**
 * Records a report on a message, and passes it on to its purpose. A message that was sent without records of its own is
 * known only from what its purpose recorded.
 * @throws UnknownMessage when no message has this reference.
 * @throws NotNotedYet when the purpose has not recorded yet that the message was sent.
 */
export async function noteReport(
  store: EventStore,
  graph: MessageGraph,
  purposes: Purposes,
  given: ReportJob,
): Promise<void> {
  const { provider, status } = given;
  const detail = keptDetail(given.detail);
  const found = await graph.messageByReference(provider, keptReference(given.reference));
  if (found === undefined) throw new UnknownMessage('no message of this reference is known');
  const { purpose, about, noted } = found;
  const delivered = status === 'network-delivered';
  if (noted) {
    const { messageId } = noted;
    const because = { source: SOURCE };
    const message = await new LoadedMessage(store, { due: { purpose, about, ...noted }, because }).read();
    await message.record(
      delivered
        ? { type: 'MarkDelivered', messageId, provider }
        : { type: 'MarkUndelivered', messageId, provider, detail },
    );
    // The first report counts; it is passed on again, since the process that recorded it may have been killed before
    // that.
    if (message.state.status !== (delivered ? 'delivered' : 'undelivered')) return;
  }
  await purposes.of(purpose).reported(store, about, { delivered, provider, detail });
}
