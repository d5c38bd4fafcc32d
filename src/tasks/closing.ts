import type { TaskName } from './task-ports.js';
import { outcomeOf, type Changed } from '../requests/outcome.js';
import { z } from 'zod';
import { handle, load } from '../event-log/handle.js';
import type { Sealing } from '../event-log/sealing.js';
import { nameOf } from '../kernel/actor.js';
import { NotKnown } from '../kernel/errors.js';
import type { Context } from '../requests/context.js';
import { wholeId } from '../requests/whole-ids.js';
import { taskStream, type TaskClosed } from './events.js';
import { taskDecider, type TaskCommand } from './task.js';
import { taskGraph } from './task-graph.js';
import { TASK_OUTCOMES, type TaskOutcome } from './task-kinds.js';

interface Closing {
  task_id: string;
  outcome: TaskOutcome;
  by: string;
  note?: string | undefined;
}

/**
 * Records what was done about a task.
 * @throws NotKnown when there is no such task, Refused when it was closed differently, StreamDeleted when the person
 * was erased.
 */
export async function close(context: Context, given: Closing): Promise<Changed> {
  const { store, sealing } = context.base;
  const { id: taskId, kind, caseId, personId } = await known(context, given.task_id);
  const note = given.note ?? null;
  const { closed } = (await load(store, taskDecider, taskStream(taskId))).state;
  const otherNote = closed !== null && note !== null && (await noteOf(sealing, closed)) !== note;
  const { provenance } = context;
  const sealed = note === null || closed ? null : await sealing.seal(personId, 'note', note, provenance);
  const data = { taskId, kind, personId, caseId, outcome: given.outcome, note: sealed };
  return does(context, { type: 'Close', data, by: given.by, otherNote }, taskId);
}

/** Opens a closed task again. @throws NotKnown when there is no such task. */
export async function reopen(context: Context, given: { task_id: string; reason: string }): Promise<Changed> {
  const { id: taskId, personId } = await known(context, given.task_id);
  const { provenance } = context;
  const reason = await context.base.sealing.seal(personId, 'note', given.reason, provenance);
  return does(context, { type: 'Reopen', taskId, reason }, taskId);
}

const entry = z.object({
  at: z.string().describe('When it was recorded, in UTC'),
  by: z.string(),
  outcome: z.enum(TASK_OUTCOMES).nullable().describe('Null if it was reopened'),
  note: z.string().nullable().describe('Null if there is none, or the person was erased'),
});
/** The closings and reopenings of a task, oldest first. */
export const taskHistory = z.array(entry);
export type TaskEntry = z.infer<typeof entry>;

/**
 * Returns the closings and reopenings of a task with their notes, oldest first. @throws NotKnown when there is no such
 * task.
 */
export async function historyOf(context: Context, given: { task_id: string }): Promise<TaskEntry[]> {
  const { store, sealing } = context.base;
  const { id: taskId, personId } = await known(context, given.task_id);
  const entries: TaskEntry[] = [];
  for await (const event of store.read(taskStream(taskId))) {
    const common = { at: event.recordedAt.toISOString(), by: nameOf(event.provenance.actor) };
    if (event.type === 'TaskClosed') {
      entries.push({ ...common, outcome: event.data.outcome, note: await noteOf(sealing, event.data) });
    } else {
      entries.push({
        ...common,
        outcome: null,
        note: (await sealing.open(personId, 'note', event.data.reason)) ?? null,
      });
    }
  }
  return entries;
}

async function noteOf(sealing: Sealing, { personId, note }: TaskClosed['data']): Promise<string | null> {
  return note === null ? null : ((await sealing.open(personId, 'note', note)) ?? null);
}

async function known(context: Context, given: string): Promise<TaskName> {
  const graph = context.of(taskGraph);
  const taskId = await wholeId(graph, 'task', given, 'task_id');
  const found = await graph.task(taskId);
  if (found) return found;
  throw new NotKnown(
    `There is no task ${taskId}.`,
    'See: npx truyvet tasks. A task no longer exists if the person is no longer a contact, or was notified after all.',
  );
}

async function does({ base: { store }, provenance }: Context, command: TaskCommand, taskId: string): Promise<Changed> {
  const { appended } = await handle(store, taskDecider, taskStream(taskId), command, provenance);
  return outcomeOf(appended !== undefined);
}
