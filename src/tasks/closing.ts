import { nameOf } from '../kernel/actor.js';
import { type TaskClosed, taskStream } from './events.js';
import { z } from 'zod';
import { closedAlready, taskDecider, type TaskCommand } from './task.js';
import { TASK_OUTCOMES, type TaskOutcome } from './task-kinds.js';
import type { QuestionGraph, TaskName } from '../investigation/question-ports.js';
import { by, readFields, text } from '../intake/read-fields.js';
import { type EventStore, type Provenance, saidBy } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import type { Sealing } from '../event-log/sealing.js';
import { NotKnown } from '../investigation/question.js';

/** With what tasks are closed. */
export interface TaskTools {
  store: EventStore;
  sealing: Sealing;
  graph: Pick<QuestionGraph, 'task'>;
}

const LONGEST_NOTE = 2_000;

export const closure = z.strictObject({
  outcome: z.enum(TASK_OUTCOMES, `is none of ${TASK_OUTCOMES.join(', ')}`),
  by,
  note: text(LONGEST_NOTE).nullish().describe('What else there is to say; sealed with the key of the person'),
});
export const reopening = z.strictObject({
  by,
  reason: text(LONGEST_NOTE).describe('Why it is to be done after all; sealed with the key of the person'),
});

const FIXES: Record<string, string> = {
  outcome: `Give one of ${TASK_OUTCOMES.join(', ')}.`,
  by: 'Say by name who of the team it was, in 1 to 200 characters.',
  note: `Give one line of at most ${LONGEST_NOTE} characters, or leave it out.`,
  reason: `Say why, in one line of at most ${LONGEST_NOTE} characters.`,
};

/** @throws RowRefused that names every field that is missing, wrong or not known. */
export function readSaid<T>(schema: z.ZodType<T>, given: unknown): T {
  return readFields(schema, FIXES, given);
}

/**
 * Says what was done about a task.
 * @returns whether it says anything new.
 * @throws NotKnown when there is no such task, UserError when it was closed otherwise, StreamDeleted when the person was
 * erased.
 */
export async function closeTask(
  { store, sealing, graph }: TaskTools,
  taskId: string,
  given: z.infer<typeof closure>,
  provenance: Provenance,
): Promise<boolean> {
  const { kind, caseId, personId } = await known(graph, taskId);
  const note = given.note ?? null;
  const { closed } = (await load(store, taskDecider, taskStream(taskId))).state;
  // A note is sealed otherwise each time: whether it is the same one is seen only when it is opened.
  if (closed && note !== null && (await noteOf(sealing, closed)) !== note) throw closedAlready(closed);
  const sealed = note === null || closed ? null : await sealing.seal(personId, 'note', note, provenance);
  const data = { taskId, kind, personId, caseId, outcome: given.outcome, note: sealed };
  return does(store, { type: 'Close', data, by: given.by }, taskId, saidBy(provenance, given.by));
}

/**
 * Says that a task is to be done after all.
 * @returns whether it says anything new.
 * @throws NotKnown when there is no such task.
 */
export async function reopenTask(
  { store, sealing, graph }: TaskTools,
  taskId: string,
  given: z.infer<typeof reopening>,
  provenance: Provenance,
): Promise<boolean> {
  const { personId } = await known(graph, taskId);
  const reason = await sealing.seal(personId, 'note', given.reason, provenance);
  return does(store, { type: 'Reopen', taskId, reason }, taskId, saidBy(provenance, given.by));
}

export interface TaskEntry {
  at: Date;
  by: string;
  /** Null where it was opened again. */
  outcome: TaskOutcome | null;
  /** Null where there is none, or the person was erased. */
  note: string | null;
}

/** What was done about a task, oldest first, with its notes. @throws NotKnown when there is no such task. */
export async function historyOf({ store, sealing, graph }: TaskTools, taskId: string): Promise<TaskEntry[]> {
  const { personId } = await known(graph, taskId);
  const entries: TaskEntry[] = [];
  for await (const event of store.read(taskStream(taskId))) {
    const by = nameOf(event.provenance.actor);
    if (event.type === 'TaskClosed') {
      const { outcome } = event.data;
      entries.push({ at: event.recordedAt, by, outcome, note: await noteOf(sealing, event.data) });
    } else if (event.type === 'TaskReopened') {
      const note = (await sealing.open(personId, 'note', event.data.reason)) ?? null;
      entries.push({ at: event.recordedAt, by, outcome: null, note });
    }
  }
  return entries;
}

async function noteOf(sealing: Sealing, { personId, note }: TaskClosed['data']): Promise<string | null> {
  return note === null ? null : ((await sealing.open(personId, 'note', note)) ?? null);
}

async function known(graph: TaskTools['graph'], taskId: string): Promise<TaskName> {
  const found = await graph.task(taskId);
  if (found) return found;
  throw new NotKnown(
    `There is no task ${taskId}.`,
    'List them with: npx truyvet tasks. One is gone when the person is no contact any more, or was told after all.',
  );
}

async function does(store: EventStore, command: TaskCommand, taskId: string, provenance: Provenance): Promise<boolean> {
  return (await handle(store, taskDecider, taskStream(taskId), command, provenance)).appended !== undefined;
}
