import { eventLog } from '../event-log/module.js';
import { people } from '../people/module.js';
import { places } from '../places/module.js';
import { presence } from '../presence/module.js';
import { samples } from '../samples/module.js';
import { cases } from '../cases/module.js';
import { tracing } from '../tracing/module.js';
import { delivery } from '../delivery/module.js';
import { alerting } from '../alerting/module.js';
import { reminders } from '../reminders/module.js';
import { tasks } from '../tasks/module.js';
import { healthForm } from '../health-form/module.js';
import { investigation } from '../investigation/module.js';
import { operations } from '../operations/module.js';
import type { Purpose } from '../delivery/index.js';
import type { Projection } from '../contact-graph/projection.js';
import type { Module, ModuleComponents } from '../kernel/module.js';
import type { ProblemKind } from '../kernel/problem.js';
import type { Rows, Statement } from '../intake/define-rows.js';
import type { Work } from '../work/define-work.js';
import type { Request } from '../requests/define.js';

/** The components of a module besides its requests and rows. */
export interface Components extends ModuleComponents {
  /** The problems with which it refuses requests. */
  problems?: readonly ProblemKind[];
  /** The purposes of the messages that it sends. */
  purposes?: readonly Purpose[];
  projections?: (zone: string) => Promise<readonly Projection[]>;
  work?: () => Promise<Work>;
}

/** The only list of the program's modules. */
export const MODULES: readonly Module<Request, Components, Rows, Statement>[] = [
  eventLog,
  people,
  places,
  presence,
  samples,
  cases,
  tracing,
  delivery,
  alerting,
  reminders,
  tasks,
  healthForm,
  investigation,
  operations,
];

export const REQUESTS: readonly Request[] = MODULES.flatMap(({ requests = [] }) => requests);

/** All kinds of rows that files and batches may hold. */
export const ROWS: readonly Rows[] = MODULES.flatMap(({ rows = [] }) => rows);

/** All statements that HTTP accepts about recorded facts. */
export const STATEMENTS: readonly Statement[] = MODULES.flatMap(({ statements = [] }) => statements);
