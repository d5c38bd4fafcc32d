/** What other modules may import from tasks. */
export { toHealthAnswer, healthAnswer } from './health-answer.js';
export type { TaskKind } from './task-kinds.js';
export type { AnswerFacts, ContactOf, TasksPage } from './task-ports.js';
export { HEALTH_ANSWERS, TASKS, answersOf, tasksOn } from './task-queries.js';
export { alertsOf, type Pair } from './task-writer.js';
