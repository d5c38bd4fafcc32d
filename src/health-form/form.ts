import { z } from 'zod';
import { handle } from '../event-log/handle.js';
import { NotKnown, refused } from '../kernel/errors.js';
import { authorityOf, secondsNow, type Base, type Context } from '../requests/context.js';
import { outcomeOf, type Changed } from '../requests/outcome.js';
import { RowRefused } from '../requests/refusal.js';
import { answerDecider } from './answer.js';
import { answersStream } from './events.js';
import { complaintsAbout, type Complaint, type Given } from './given.js';
import { openAlert, type OpenAlert } from './open-alert.js';
import { PEOPLE_CHANGED } from './problems.js';

export const formSchema = z.object({
  alert_id: z.string(),
  people: z.int().describe('how many people who share the phone it asks about'),
  sent_at: z.number().nullable().describe('when the message was sent, in seconds since 1970; null if not recorded'),
  language: z.string().describe('language of the person of the alert'),
  answered: z.boolean(),
});
export type HealthForm = z.infer<typeof formSchema>;

/** @throws NotKnown when the alert cannot be answered: there is none, it no longer holds, or its days are over. */
export async function formOf({ base }: Pick<Context, 'base'>, { alert_id }: { alert_id: string }): Promise<HealthForm> {
  const alert = await requireOpen(base, alert_id);
  const { sentAt = null, language, answered } = alert;
  return { alert_id, people: peopleOf(alert), sent_at: sentAt, language, answered };
}

/**
 * @throws NotKnown like `formOf`; Refused when people were added since; RowRefused when answers contradict each other.
 */
export async function answer(
  { base, provenance }: Pick<Context, 'base' | 'provenance'>,
  { alert_id, people, ...given }: Given & { alert_id: string; people: number },
): Promise<Changed> {
  const alert = await requireOpen(base, alert_id);
  if (alert.answered) return outcomeOf(false);
  if (people !== peopleOf(alert)) {
    throw refused(PEOPLE_CHANGED, `The form asked about ${people}, but the message now covers ${peopleOf(alert)}.`);
  }
  const complaints = [...complaintsAbout(given, people)];
  if (complaints.length > 0) {
    throw new RowRefused(complaints.map(([column, complaint]) => ({ column, ...REFUSED[complaint] })));
  }
  const { alertId, caseId, personId, others } = alert;
  const command = { alertId, caseId, personId, others, given };
  const { appended } = await handle(base.store, answerDecider, answersStream(alertId), command, provenance);
  return outcomeOf(appended !== undefined);
}

const REFUSED: Record<Complaint, { reason: string; fix: string }> = {
  missing: { reason: 'is missing, or more than the people', fix: 'Give a number from 0 to the number of people.' },
  someone: { reason: 'is 0, but somebody has symptoms', fix: 'Give the number of people who have symptoms.' },
  nobody: { reason: 'is more than 0, but nobody has symptoms', fix: 'Give 0, or give the symptoms that they have.' },
};

async function requireOpen(base: Base, alertId: string): Promise<OpenAlert> {
  const config = { authority: authorityOf(base), zone: base.zone };
  const alert = await openAlert(base.store, config, alertId, secondsNow(base));
  if (alert) return alert;
  throw new NotKnown(
    `The alert ${alertId} cannot be answered.`,
    'Check the id: there may be no such alert, it may have been withdrawn, or its days of follow-up are over.',
  );
}

function peopleOf({ others }: OpenAlert): number {
  return 1 + others.length;
}
