import type { AnswerFacts, TaskFacts, TaskName, TasksPage } from './task-ports.js';
import { Neo4jIds, type KnownIds } from '../contact-graph/known-ids.js';
import { idsLike, type Named } from '../contact-graph/short-ids.js';
import { graphDependency } from '../requests/context.js';
import { HEALTH_ANSWERS, answersOf, taskOf, TASKS, tasksOn } from './task-queries.js';

/** Queries for tasks in the contact graph. */
export interface TaskGraph extends Pick<KnownIds, 'idsLike' | 'knowsPerson'> {
  /** Tasks ordered by when they are due. */
  tasks(page: TasksPage): Promise<TaskFacts[]>;
  /** Finds a task; also one that no longer exists, if something was done about it. */
  task(taskId: string): Promise<TaskName | undefined>;
  /** The latest answers of people, under the ids that count; oldest first. */
  answersOf(people: readonly string[]): Promise<AnswerFacts[]>;
}

class Neo4jTasks extends Neo4jIds implements TaskGraph {
  tasks(page: TasksPage): Promise<TaskFacts[]> {
    return this.reading((tx, label) => tasksOn(tx, label, page), TASKS);
  }

  task(taskId: string): Promise<TaskName | undefined> {
    return this.reading((tx, label) => taskOf(tx, label, taskId), TASKS);
  }

  answersOf(people: readonly string[]): Promise<AnswerFacts[]> {
    return this.reading((tx, label) => answersOf(tx, label, people), HEALTH_ANSWERS);
  }

  override idsLike(kind: Named, beginning: string, limit: number): Promise<string[]> {
    return this.reading((tx, label) => idsLike(tx, label, kind, beginning, limit), TASKS);
  }
}

export const taskGraph = graphDependency<TaskGraph>('task graph', (driver) => new Neo4jTasks(driver));
