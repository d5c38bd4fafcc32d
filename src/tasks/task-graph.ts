import type { TaskName } from './task-ports.js';
import type { Driver } from 'neo4j-driver';
import { idsLike, type Named } from '../contact-graph/short-ids.js';
import { answering } from '../contact-graph/standing.js';
import { graphPart } from '../requests/context.js';
import type { Ids } from '../requests/whole-ids.js';
import { taskOf, TASKS } from './task-queries.js';

/** What commands ask of the tasks in the contact graph. */
export interface TaskGraph extends Ids {
  /** Also one that is gone, when something was done about it. */
  task(taskId: string): Promise<TaskName | undefined>;
}

class Neo4jTasks implements TaskGraph {
  constructor(private readonly driver: Driver) {}

  task(taskId: string): Promise<TaskName | undefined> {
    return answering(this.driver, TASKS, (tx, label) => taskOf(tx, label, taskId));
  }

  idsLike(kind: Named, beginning: string, limit: number): Promise<string[]> {
    return answering(this.driver, TASKS, (tx, label) => idsLike(tx, label, kind, beginning, limit));
  }
}

export const taskGraph = graphPart<TaskGraph>('task graph', (driver) => new Neo4jTasks(driver));
