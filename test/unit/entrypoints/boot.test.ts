import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { assemble } from '../../../src/entrypoints/boot.js';
import { MODULES } from '../../../src/entrypoints/modules.js';
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
    const { catalogue, purposes } = await assemble([...MODULES, { name: 'doors', parts: streamsOf('door-<id>') }]);
    expect(catalogue.of('DoorOpened')).toBe(opened);
    expect(purposes.map(({ name }) => name)).toEqual(['alert', 'withdrawal', 'reminder']);
  });

  it.each([
    ['a module', [{ name: 'tasks' }], 'the module tasks has two owners: tasks and tasks'],
    ['streams', [{ name: 'doors', parts: streamsOf('task-<taskId>') }], 'the streams task-<taskId>'],
    [
      'a type of event',
      [
        { name: 'doors', parts: streamsOf('door-<id>') },
        { name: 'gates', parts: streamsOf('gate-<id>') },
      ],
      'the type of event DoorOpened has two owners: doors and gates',
    ],
    [
      'a purpose of messages',
      [
        {
          name: 'doors',
          parts: async () => ({ streams: [], purposes: [{ name: 'alert', reported: async () => {} }] }),
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
