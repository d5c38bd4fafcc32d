import type { GraphQueries } from '../contact-graph/ports.js';
import type { EventStore } from '../event-log/event-store.js';
import type { Queues } from '../work/queues.js';
import type { DeliveryReport } from '@truyvet/message-gateway';
import { keptDetail, keptReference } from './kept.js';
import { LoadedMessage } from './loaded-message.js';
import type { Purposes } from './purposes.js';

/** Who says what delivery notes by itself. */
const SOURCE = 'truyvet';

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

/**
 * Notes what became of a message, and tells whoever had it sent. One that went without notes is known by what that said of
 * it alone.
 * @throws UnknownMessage, NotNotedYet
 */
export async function noteReport(
  store: EventStore,
  graph: Pick<GraphQueries, 'messageByReference'>,
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
    // What was reported first holds; it is told again, since whoever noted it may have been killed before.
    if (message.state.status !== (delivered ? 'delivered' : 'undelivered')) return;
  }
  await purposes.of(purpose).reported(store, about, { delivered, provider, detail });
}
