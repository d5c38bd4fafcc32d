import { NOTHING_TO_SAY } from './failures.js';
import type { ListedAlert } from './list-alerts.js';

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

export function alertLine(alert: ListedAlert): string {
  const { alert_id, case_id, person_id, disease, degree, changed_at } = alert;
  return `${changed_at}  ${person_id}  F${degree} of ${disease}, case ${case_id}  ${outcome(alert)}  [${alert_id}]`;
}

function outcome({ status, reason, by, provider, to_file, take_back }: ListedAlert): string {
  switch (status) {
    case 'failed':
      return `${NOTHING_TO_SAY.includes(reason ?? '') ? 'not told' : 'visit'}: ${REASONS[reason ?? ''] ?? 'cannot be reached'}`;
    case 'covered':
      return `told with another alert [${by ?? '?'}]`;
    case 'sent':
    case 'delivered':
      return to_file ? `written to a file (${provider})` : `${status} by ${provider ?? '?'}`;
    case 'withdrawn':
      return take_back ? 'withdrawn, to be taken back' : 'withdrawn';
    case 'requested':
      return 'waiting to be sent';
  }
}
