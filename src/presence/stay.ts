import type { z } from 'zod';
import type { Clock } from '../intake/clock.js';
import { inOrder, inRetention, refuse } from '../intake/fields.js';
import type { RemarkKind } from '../intake/remarks.js';
import { readInstant, SECONDS_PER_DAY } from '../kernel/instant.js';

/** Longer stays get a remark: they are more often a forgotten check-out or a wrong year. */
const LONG_STAY_SECONDS = 2 * SECONDS_PER_DAY;
/** Longer than anybody stays in a ward. */
const LONGEST_STAY_DAYS = 366;

const LONG_STAY: RemarkKind = {
  code: 'long-stay',
  says: () =>
    'A stay lasts longer than two days: everybody who came there meanwhile counts as met. Correct left_at, or leave it empty if the end is not known.',
};

const NO_STAY: RemarkKind = {
  code: 'no-stay',
  says: () => 'A stay ends when it begins, so nobody was met in it. Leave left_at empty if the end is not known.',
};

/** Refuses a stay that ends before it begins, or is too long to be one; adds remarks about unlikely stays. */
export function checkStay(
  ctx: z.RefinementCtx,
  clock: Clock,
  row: { arrived_at: string; left_at?: string | undefined },
): void {
  inOrder(ctx, row.arrived_at, row.left_at, ['arrived_at', 'left_at']);
  inRetention(ctx, clock, row.arrived_at, row.left_at, 'arrived_at');
  // With a mistyped year, the stay would overlap with those of everybody who came there since.
  if (row.left_at === undefined) return;
  const lasts = readInstant(row.left_at) - readInstant(row.arrived_at);
  const about = `${row.arrived_at} until ${row.left_at}`;
  if (lasts === 0) clock.notes.remark(NO_STAY, 'left_at', about);
  else if (lasts > LONG_STAY_SECONDS) clock.notes.remark(LONG_STAY, 'left_at', about);
  if (lasts <= LONGEST_STAY_DAYS * SECONDS_PER_DAY) return;
  refuse(
    ctx,
    `(${row.left_at}) is more than ${LONGEST_STAY_DAYS} days after arrived_at (${row.arrived_at})`,
    `Correct one of the two times; enter such a long stay as several stays of at most ${LONGEST_STAY_DAYS} days.`,
    ['left_at'],
  );
}
