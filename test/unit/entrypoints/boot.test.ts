import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { assemble } from '../../../src/entrypoints/boot.js';
import { graphTypesOf } from '../../../src/entrypoints/graph-types.js';
import { MODULES } from '../../../src/entrypoints/modules.js';
import { defineProjection } from '../../../src/contact-graph/projection.js';
import { defineEvent, eventSet } from '../../../src/kernel/event.js';
import { defineStream } from '../../../src/kernel/stream.js';
import { closeTask } from '../../../src/tasks/requests.js';

const opened = defineEvent({ type: 'DoorOpened', version: 1, says: 'A door was opened.', data: z.object({}) });
const streamsOf = (pattern: string) => async () => ({
  streams: [defineStream({ pattern, name: () => pattern, events: eventSet(opened) })],
});
const another = { ...closeTask, name: 'shut-task', http: { ...closeTask.http, path: 'tasks/{task_id}/shut' } };

describe('The program', () => {
  it('is made of its modules', async () => {
    const { catalogue, purposes } = await assemble([...MODULES, { name: 'doors', components: streamsOf('door-<id>') }]);
    expect(catalogue.of('DoorOpened')).toBe(opened);
    expect(purposes.map(({ name }) => name)).toEqual(['alert', 'withdrawal', 'reminder']);
  });

  it.each([
    ['a module', [{ name: 'tasks' }], 'the module tasks has two owners: tasks and tasks'],
    ['streams', [{ name: 'doors', components: streamsOf('task-<taskId>') }], 'the streams task-<taskId>'],
    [
      'a type of event',
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
    ['words of the command line', [{ name: 'doors', requests: [another] }], 'the words tasks close'],
    [
      'a route, however its fields are called',
      [
        {
          name: 'doors',
          requests: [
            {
              ...closeTask,
              name: 'shut-task',
              http: { ...closeTask.http, path: 'tasks/{id}/close' },
              cli: { ...closeTask.cli, words: 'doors shut <task_id>' },
            },
          ],
        },
      ],
      'the route command tasks/{}/close',
    ],
  ])('does not start when %s has two owners', async (_, more, reason) => {
    await expect(assemble([...MODULES, ...more])).rejects.toThrow(reason);
  });
});

describe('What comes into the contact graph', () => {
  const opening = (more: object) =>
    defineProjection({
      ...{ name: 'openings', version: 1, events: eventSet(opened), mentions: () => ({}) },
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

  it('is what the modules bring, each projection after those that it is made of, whichever module comes first', async () => {
    const { facts, events, visits } = await typesWith({ madeOf: ['reminders'] });
    expect(facts.slice(-3).map(({ name }) => name)).toEqual(['tasks', 'reminders', 'openings']);
    expect(events.of('DoorOpened')).toBe(opened);
    expect(visits.name).toBe('presence');
  });

  it.each([
    ['a projection has two owners', { name: 'tests' }, 'the projection tests has two owners: doors and samples'],
    ['a label has two owners', { owns: ['Task'] }, 'the label Task has two owners: doors and tasks'],
    ['relationships have two owners', { owns: ['NEAR'] }, 'the relationship NEAR has two owners: doors and presence'],
    ['a projection is made of one that is not there', { madeOf: ['keys'] }, 'not there before them: openings'],
  ])('is not built where %s', async (_, more, reason) => {
    await expect(typesWith(more)).rejects.toThrow(reason);
  });
});
