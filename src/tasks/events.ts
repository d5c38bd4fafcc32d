import { z } from 'zod';
import { id, sealed } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf, BY, withoutBy } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';
import { TASK_KINDS, TASK_OUTCOMES } from './task-kinds.js';

/**
 * Somebody did a task, or found that it cannot be done. The note is sealed with the person's key, because it may name
 * anybody.
 */
export const TaskClosed = defineEvent({
  type: 'TaskClosed',
  version: 2,
  says: 'A team member did a task, or found that it cannot be done; the note is sealed with the person’s own key.',
  data: z.strictObject({
    taskId: id,
    kind: z.enum(TASK_KINDS),
    personId: id,
    caseId: id,
    outcome: z.enum(TASK_OUTCOMES),
    note: sealed.nullable(),
  }),
  upcasts: [withoutBy],
  named: BY,
});
export type TaskClosed = EventOf<typeof TaskClosed>;

/** The task is to be done after all. */
export const TaskReopened = defineEvent({
  type: 'TaskReopened',
  version: 2,
  says: 'The task has to be done after all.',
  data: z.strictObject({ taskId: id, reason: sealed }),
  upcasts: [withoutBy],
  named: BY,
});
export type TaskReopened = EventOf<typeof TaskReopened>;

export type TaskEvent = TaskClosed | TaskReopened;
export const taskStream = defineStream({
  pattern: 'task-<taskId>',
  name: (taskId: string) => `task-${taskId}`,
  events: eventSet(TaskClosed, TaskReopened),
});

/** All streams of the module. */
export const STREAMS = [taskStream];
