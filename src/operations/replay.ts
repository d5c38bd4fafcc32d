import { alertDecider, alertStream, keptFromReplay, loadAlert } from '../alerting/index.js';
import { FAILED, FAILURES, KEPT, keptAs, type Kept, REPLAYED_BY_DEFAULT, REPLAYED_REASONS } from '../alerting/words.js';
import { operatorOrdersDecider, operationsStream } from '../delivery/index.js';
import { z } from 'zod';
import { concurrently } from '../kernel/concurrently.js';
import type { OperatorQueries } from './operator-ports.js';
import type { Provenance } from '../event-log/event-store.js';
import { handle } from '../event-log/handle.js';
import { outcomeOf } from '../requests/outcome.js';
import { changed } from '../requests/change-outcome.js';
import type { OperationTools } from './overview.js';

const PAGE = 1_000;
const AT_ONCE = 50;
/** The reasons to check when none are named, so that the answer can say why some alerts were not sent again. */
const LOOKED_AT = FAILURES.filter((failure) => keptAs(failure, { uncertain: false }) !== 'nothing to say');

export const replayedAnswer = changed.extend({
  replayed: z.int(),
  kept: z
    .partialRecord(z.enum(KEPT), z.int())
    .describe('The number of failed alerts that were not sent again, by the reason.'),
});
export type Replayed = z.infer<typeof replayedAnswer>;

interface Replaying {
  case_id?: string | undefined;
  failed_as?: (typeof REPLAYED_REASONS)[number][] | undefined;
  provider?: string | undefined;
  uncertain?: boolean | undefined;
  reason: string;
}

/**
 * Sends failed alerts again: each is replaced by a new alert under the usual rules. The alert's own stream decides
 * whether it failed, so that no sent alert is sent twice, however old the graph's view is.
 */
export async function replay(
  {
    store,
    operations,
    graph,
  }: Pick<OperationTools, 'store' | 'operations'> & { graph: Pick<OperatorQueries, 'failedAlerts'> },
  given: Replaying,
  provenance: Provenance,
): Promise<Replayed> {
  const { reason } = given;
  const uncertain = given.uncertain ?? false;
  const failedAs = given.failed_as ?? [];
  const reasons = failedAs.length > 0 ? failedAs : LOOKED_AT;
  const filter = { reasons, caseId: given.case_id ?? undefined, provider: given.provider ?? undefined };
  const due: string[] = [];
  const kept: Replayed['kept'] = {};
  const keep = (why: Kept) => (kept[why] = (kept[why] ?? 0) + 1);
  for (let after: string | undefined; ;) {
    const page = await graph.failedAlerts({ ...filter, after, limit: PAGE });
    await concurrently(page, AT_ONCE, async (alertId) => {
      const why = keptFromReplay((await loadAlert(store, alertId)).state, { uncertain });
      if (why === undefined) due.push(alertId);
      else keep(why);
    });
    if (page.length < PAGE) break;
    after = page.at(-1);
  }
  const scope = { caseId: filter.caseId ?? null, provider: filter.provider ?? null };
  const failures = failedAs.length > 0 ? failedAs : REPLAYED_BY_DEFAULT;
  const data = { ...scope, failedAs: uncertain ? [...new Set([...failures, FAILED.uncertain])] : failures, reason };
  // Records the order first, so that every alert that is sent again has the name of the person who ordered it.
  const order = { type: 'OrderReplay' as const, data: { ...data, alerts: due.length } };
  await handle(store, operatorOrdersDecider, operationsStream(), order, provenance, () => operations.load());
  let replayed = 0;
  await concurrently(due, AT_ONCE, async (alertId) => {
    const command = { type: 'Replay' as const, alertId, uncertain, reason };
    const { appended } = await handle(store, alertDecider, alertStream(alertId), command, provenance);
    if (appended) replayed++;
    else keep('not failed any more');
  });
  return { ...outcomeOf(replayed > 0), replayed, kept };
}
