import { catalogueOf } from '../event-log/catalogue.js';
import eventLog from '../event-log/module.js';
import people from '../people/module.js';
import places from '../places/module.js';
import presence from '../presence/module.js';
import samples from '../samples/module.js';
import cases from '../cases/module.js';
import delivery from '../delivery/module.js';
import alerting from '../alerting/module.js';
import reminders from '../reminders/module.js';
import tasks from '../tasks/module.js';
import healthForm from '../health-form/module.js';
import operations from '../operations/module.js';

/** The only list of what the program is made of. */
export const MODULES = [
  eventLog,
  people,
  places,
  presence,
  samples,
  cases,
  delivery,
  alerting,
  reminders,
  tasks,
  healthForm,
  operations,
];

export const STREAMS = MODULES.flatMap(({ streams = [] }) => streams);

/** Every type of event that the program knows. */
export const CATALOGUE = catalogueOf(STREAMS);
