import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { assemble } from '../../../src/entrypoints/boot.js';
import { workOf } from '../../../src/entrypoints/work-of.js';
import { graphTypesOf } from '../../../src/entrypoints/graph-types.js';
import { MODULES } from '../../../src/entrypoints/modules.js';
import { defineProjection } from '../../../src/contact-graph/projection.js';
import { defineEvent, eventSet, type EventSet } from '../../../src/kernel/event.js';
import { defineStream } from '../../../src/kernel/stream.js';
import { defineReaction, handlesJob, type Work } from '../../../src/work/define-work.js';
import { closeTask } from '../../../src/tasks/requests.js';

const opened = defineEvent({ type: 'DoorOpened', version: 1, says: 'A door was opened.', data: z.object({}) });
const shut = defineEvent({ type: 'DoorShut', version: 1, says: 'A door was shut.', data: z.object({}) });
const streamsOf = (pattern: string) => async () => ({
  streams: [defineStream({ pattern, name: () => pattern, events: eventSet(opened) })],
});
const another = {
  ...closeTask,
  name: 'shut-task',
  permission: 'doors:shut',
  http: { ...closeTask.http, path: 'tasks/{task_id}/shut' },
};

describe('The program', () => {
  it('consists of its modules', async () => {
    const { catalogue, purposes } = await assemble([...MODULES, { name: 'doors', components: streamsOf('door-<id>') }]);
    expect(catalogue.of('DoorOpened')).toBe(opened);
    expect(purposes.map(({ name }) => name)).toEqual(['alert', 'withdrawal', 'reminder']);
  });

  it.each([
    ['a module', [{ name: 'tasks' }], 'the module tasks has two owners: tasks and tasks'],
    ['streams', [{ name: 'doors', components: streamsOf('task-<taskId>') }], 'the streams task-<taskId>'],
    [
      'an event type',
      [
        { name: 'doors', components: streamsOf('door-<id>') },
        { name: 'gates', components: streamsOf('gate-<id>') },
      ],
      'the type of event DoorOpened has two owners: doors and gates',
    ],
    [
      'a purpose of messages',
      [
        {
          name: 'doors',
          components: async () => ({ streams: [], purposes: [{ name: 'alert', reported: async () => {} }] }),
        },
      ],
      'the purpose alert has two owners: alerting and doors',
    ],
    ['a request', [{ name: 'doors', requests: [closeTask] }], 'the request close-task has two owners: tasks and doors'],
    [
      'a permission',
      [{ name: 'doors', requests: [{ ...closeTask, name: 'shut', http: { ...closeTask.http, path: 'shut' } }] }],
      'the permission tasks:close has two owners: tasks and doors',
    ],
    ['words of the command line', [{ name: 'doors', requests: [another] }], 'the words tasks close'],
    [
      'a route, whatever its fields are called',
      [
        {
          name: 'doors',
          requests: [
            {
              ...closeTask,
              ...{ name: 'shut-task', permission: 'doors:shut' },
              http: { ...closeTask.http, path: 'tasks/{id}/close' },
              cli: { ...closeTask.cli, words: 'doors shut <task_id>' },
            },
          ],
        },
      ],
      'the route command tasks/{}/close',
    ],
  ])('does not start if %s has two owners', async (_, more, reason) => {
    await expect(assemble([...MODULES, ...more])).rejects.toThrow(reason);
  });
});

describe('The projections of the contact graph', () => {
  const opening = (more: object) =>
    defineProjection({
      ...{ name: 'openings', version: 1, owns: [], events: eventSet(opened), mentions: () => ({}) },
      ...{ write: () => Promise.resolve(), ...more },
    });
  const projecting = (...projections: readonly object[]) => ({
    name: 'doors',
    components: async () => ({
      streams: (await streamsOf('door-<id>')()).streams,
      projections: () => Promise.resolve(projections.map(opening)),
    }),
  });
  const typesWith = async (...projections: readonly object[]) =>
    graphTypesOf(await assemble([projecting(...projections), ...MODULES]), 'UTC');

  it('come from the modules, each after those from which it is made, whichever module comes first', async () => {
    const { facts, events, visits } = await typesWith({ madeOf: ['reminders'] });
    expect(facts.slice(-3).map(({ name }) => name)).toEqual(['tasks', 'reminders', 'openings']);
    expect(events.of('DoorOpened')).toBe(opened);
    expect(visits.name).toBe('presence');
  });

  it.each([
    ['a projection has two owners', { name: 'tests' }, 'the projection tests has two owners: doors and samples'],
    ['a label has two owners', { owns: ['Task'] }, 'the label Task has two owners: doors and tasks'],
    ['relationships have two owners', { owns: ['NEAR'] }, 'the relationship NEAR has two owners: doors and presence'],
    ['a projection is made from an unknown one', { madeOf: ['keys'] }, 'follow those they are based on: openings'],
  ])('do not start if %s', async (_, more, reason) => {
    await expect(typesWith(more)).rejects.toThrow(reason);
  });
});

describe('The work in a worker', () => {
  const opening = handlesJob('open-door', () => ({ run: () => Promise.resolve(), onFailed: () => undefined }));
  const following = (reader: string, events: EventSet = eventSet(opened)) =>
    defineReaction(reader, events, () => ({
      ...{ handle: () => Promise.resolve(), answers: () => Promise.resolve(), onError: () => undefined },
    }));
  const doing = (work: Work, more: object = {}) => ({
    name: 'doors',
    components: async () => ({ ...(await streamsOf('door-<id>')()), work: () => Promise.resolve(work), ...more }),
  });
  const workWith = async (...modules: ReturnType<typeof doing>[]) => workOf(await assemble([...MODULES, ...modules]));

  it('comes from the modules: their jobs, and their readers of the log', async () => {
    const work = { jobs: [{ name: 'open-door' }], handlers: [opening], reactions: [following('bell')] };
    const { jobs, handlers, reactions } = await workWith(doing(work));
    const own = ['trace', 'alert-reports', 'alert-plan', 'alert-send', 'open-door'];
    expect(handlers.map(({ job }) => job)).toEqual(own);
    expect(jobs.map(({ name }) => name).filter((name) => !own.includes(name))).toEqual(['alert', 'reminder']);
    expect(reactions.map(({ reader }) => reader)).toEqual(['open-cases', 'touched-cases', 'alerts', 'bell']);
  });

  it('also includes sending what a module queues with a provider, under the purpose that it registers', async () => {
    const handler = async () => ({ send: () => Promise.resolve() });
    const purposes = [{ name: 'invitation', reported: async () => {}, handler }];
    const { jobs } = await workWith(doing({ jobs: [{ name: 'invitation', withProvider: true }] }, { purposes }));
    expect(jobs.map(({ name }) => name)).toContain('invitation');
  });

  it.each<[string, Work, string]>([
    [
      'a job has two owners',
      { jobs: [{ name: 'trace', fromLog: true }] },
      'the job trace has two owners: tracing and doors',
    ],
    [
      'two handle the same job',
      { jobs: [{ name: 'open-door' }], handlers: [opening, opening] },
      'the handler of the job open-door has two owners: doors and doors',
    ],
    [
      'a job can be queued that nobody handles',
      { jobs: [{ name: 'open-door' }] },
      'nothing handles the job open-door of doors',
    ],
    [
      'a message can be queued that nobody sends',
      { jobs: [{ name: 'withdrawal', withProvider: true }] },
      'nothing handles the job withdrawal of doors',
    ],
    [
      'a job is handled that nobody queues',
      { handlers: [opening] },
      'doors handles the job open-door, which nothing queues',
    ],
    [
      'a reader has two owners',
      { reactions: [following('alerts')] },
      'the reader alerts has two owners: alerting and doors',
    ],
    [
      'an event is followed that nobody records',
      { reactions: [following('bell', eventSet(shut))] },
      'bell of doors follows DoorShut, which nothing records',
    ],
  ])('does not start if %s', async (_, work, reason) => {
    await expect(workWith(doing(work))).rejects.toThrow(reason);
  });
});
