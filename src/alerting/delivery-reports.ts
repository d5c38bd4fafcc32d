import { NotNotedYet, type Reported } from '../delivery/index.js';
import type { EventStore } from '../event-log/event-store.js';
import { FAILED } from './failures.js';
import { loadAlert } from './loaded-alert.js';

/**
 * Records what the network reported about an alert's message. @throws NotNotedYet when it is not recorded as sent yet.
 */
export async function noteOfAlert(
  store: EventStore,
  alertId: string,
  { delivered, provider, detail }: Reported,
): Promise<void> {
  const alert = await loadAlert(store, alertId);
  const { status, told, inDoubt, failure } = alert.state;
  const sentWhileWithdrawn = status === 'withdrawn' && !told && inDoubt === null && failure !== FAILED.undelivered;
  if (status === 'requested' || sentWhileWithdrawn) throw new NotNotedYet();
  await alert.record(
    delivered ? { type: 'MarkDelivered', alertId, provider } : { type: 'MarkUndelivered', alertId, provider, detail },
  );
}

/**
 * Records what the network reported about the message that takes an alert back; nothing follows from one that arrived.
 * @throws NotNotedYet when it is not recorded as sent yet.
 */
export async function noteOfWithdrawal(
  store: EventStore,
  alertId: string,
  { delivered, provider, detail }: Reported,
): Promise<void> {
  if (delivered) return;
  const alert = await loadAlert(store, alertId);
  const { withdrawal } = alert.state;
  if (withdrawal === 'owed' || withdrawal === 'held') throw new NotNotedYet();
  await alert.record({ type: 'MarkWithdrawalUndelivered', alertId, provider, detail });
}
