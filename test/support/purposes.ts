import { PURPOSES as OF_ALERTS } from '../../src/alerting/purposes.js';
import { Purposes } from '../../src/delivery/index.js';
import { PURPOSES as OF_REMINDERS } from '../../src/reminders/purposes.js';

/** All purposes of the program's messages. */
export const PURPOSES = new Purposes([...OF_ALERTS, ...OF_REMINDERS]);
