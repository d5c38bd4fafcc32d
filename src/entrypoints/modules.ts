import { eventLog } from '../event-log/module.js';
import { people } from '../people/module.js';
import { places } from '../places/module.js';
import { presence } from '../presence/module.js';
import { samples } from '../samples/module.js';
import { cases } from '../cases/module.js';
import { delivery } from '../delivery/module.js';
import { alerting } from '../alerting/module.js';
import { reminders } from '../reminders/module.js';
import { tasks } from '../tasks/module.js';
import { healthForm } from '../health-form/module.js';
import { investigation } from '../investigation/module.js';
import { operations } from '../operations/module.js';
import type { Purpose } from '../delivery/index.js';
import type { FactProjection, VisitProjection } from '../contact-graph/projection.js';
import type { Module } from '../kernel/module.js';
import type { ProblemKind } from '../kernel/problem.js';
import type { StreamFamily } from '../kernel/stream.js';
import type { Rows, Statement } from '../intake/define-rows.js';
import type { Request } from '../requests/define.js';

/** What a module is made of, beside its requests and rows. */
export interface Components {
  streams: readonly StreamFamily[];
  /** Why it refuses what is asked of it. */
  problems?: readonly ProblemKind[];
  /** Why it sends messages. */
  purposes?: readonly Purpose[];
  /**
   * What it brings into the contact graph; loaded where the graph is needed.
   * @param zone in which days are counted.
   */
  projections?: (zone: string) => Promise<readonly (FactProjection | VisitProjection)[]>;
}

/** The only list of what the program is made of. */
export const MODULES: readonly Module<Request, Components, Rows, Statement>[] = [
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
  investigation,
  operations,
];

export const REQUESTS: readonly Request[] = MODULES.flatMap(({ requests = [] }) => requests);

/** Every kind of rows that files and batches may be of. */
export const ROWS: readonly Rows[] = MODULES.flatMap(({ rows = [] }) => rows);

/** What is said by HTTP of what was recorded. */
export const STATEMENTS: readonly Statement[] = MODULES.flatMap(({ statements = [] }) => statements);
