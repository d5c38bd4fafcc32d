import { type Job, UnrecoverableError } from 'bullmq';
import type { EventStore } from '../event-log/event-store.js';
import { defineDependency, given } from '../requests/context.js';
import type { DeliveryReport } from '@truyvet/message-gateway';
import { keptDetail, keptReference } from './kept.js';
import { LoadedMessage } from './loaded-message.js';
import type { MessageGraph } from './message-graph.js';
import { NotNotedYet, type Purposes } from './purposes.js';

/** The source of the events that delivery records by itself. */
const SOURCE = 'truyvet';

export const REPORT_QUEUE = 'alert-reports';
/** A report may come before the graph knows the message, so the search is repeated: at least so often and so long. */
const SEARCHES = 12;
const SEARCHED_FOR = 10 * 60_000;

export interface ReportJob extends DeliveryReport {
  provider: string;
}

/** What is used of the queue of reports. */
interface ReportQueue {
  addBulk(jobs: { name: string; data: ReportJob; opts: { jobId: string } }[]): Promise<unknown>;
}

export const reportQueue = defineDependency<ReportQueue>('the queue of reports', (base) =>
  given(base, 'queues').queue<ReportJob>(REPORT_QUEUE),
);

/** Queues reports of a provider until each is recorded; a repeated one changes nothing. */
export async function queueReports(
  queue: ReportQueue,
  provider: string,
  reports: readonly DeliveryReport[],
): Promise<void> {
  await queue.addBulk(
    reports.map((report) => ({
      name: 'report',
      data: { ...report, provider },
      // Providers' references may contain characters that a job id may not.
      opts: {
        jobId: `report-${Buffer.from(JSON.stringify([provider, report.reference, report.status])).toString('base64url')}`,
      },
    })),
  );
}

/** Nothing is known about the message yet, or ever will be. */
export class UnknownMessage extends Error {
  override readonly name = 'UnknownMessage';
}

/**
 * Runs a job of a report. Whatever prevents recording it is tried again for ever, but a message that stays unknown may be
 * that of another system.
 * @param now milliseconds since 1970.
 * @throws UnrecoverableError when the message was searched for long enough.
 */
export async function untilGivenUp(
  { attemptsMade, timestamp }: Pick<Job, 'attemptsMade' | 'timestamp'>,
  now: number,
  note: () => Promise<void>,
): Promise<void> {
  try {
    await note();
  } catch (error) {
    const searched = error instanceof UnknownMessage || error instanceof NotNotedYet;
    if (searched && attemptsMade + 1 >= SEARCHES && now - timestamp >= SEARCHED_FOR) {
      throw new UnrecoverableError(error.message);
    }
    throw error;
  }
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
  if (found === undefined) throw new UnknownMessage('no message with this reference is known');
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
