import { hasNothingToSay, reasonOf } from './failures.js';
import type { ListedAlert } from './list-alerts.js';

export function alertLine(alert: ListedAlert): string {
  const { alert_id, case_id, person_id, disease, degree, changed_at } = alert;
  return `${changed_at}  ${person_id}  F${degree} of ${disease}, case ${case_id}  ${outcome(alert)}  [${alert_id}]`;
}

function outcome({ status, reason, by, provider, to_file, take_back }: ListedAlert): string {
  switch (status) {
    case 'failed':
      return `${hasNothingToSay(reason) ? 'not notified' : 'visit'}: ${reasonOf(reason)?.short ?? 'cannot be reached'}`;
    case 'covered':
      return `notified by another alert [${by ?? '?'}]`;
    case 'sent':
    case 'delivered':
      return to_file ? `written to a file (${provider})` : `${status} by ${provider ?? '?'}`;
    case 'withdrawn':
      return take_back ? 'withdrawn, to be taken back' : 'withdrawn';
    case 'requested':
      return 'waiting to be sent';
  }
}
