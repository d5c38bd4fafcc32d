import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { NotRunning } from '@truyvet/local-services';
import { Command } from 'commander';
import { z } from 'zod';
import { registerRequest } from '../../../src/cli/bind.js';
import { runRequest } from '../../../src/cli/run-request.js';
import { PAGE, moreLine } from '../../../src/requests/question-fields.js';
import { defineQuestion } from '../../../src/requests/define.js';
import { Contexts } from '../../../src/requests/context.js';
import { paged, type Paged } from '../../../src/requests/paged.js';
import { pageOf, placeOf } from '../../../src/requests/pages.js';
import { keysOf } from '../../support/asking.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

interface Message {
  to: string;
  tags: string[];
}
const MESSAGES = Array.from({ length: 2_500 }, (_, i): Message => ({ to: `p${i}`, tags: ['a', 'b'] }));
const NOBODY = 'Nobody gets them.';

const messages = defineQuestion({
  name: 'list-messages',
  permission: 'messages:read',
  says: 'messages',
  fields: PAGE,
  needs: [],
  cli: {
    words: 'messages',
    ofMessages: true,
    csv: 'print the whole list as CSV',
    withoutLog: (given) =>
      Promise.resolve({ answer: { items: [], next: null }, lacks: `all ${given.limit} are missing.` }),
    *told({ items, next }: Paged<Message>, _given, _zone, reachesPeople) {
      yield `${items.length} ${reachesPeople ? 'told' : 'written'}`;
      yield* moreLine(next);
    },
  },
  answer: () => Promise.resolve(paged(z.object({ to: z.string(), tags: z.array(z.string()) }))),
  handle: (_, { limit, cursor }) => {
    const after = placeOf(cursor, z.int()) ?? 0;
    return Promise.resolve(pageOf(MESSAGES.slice(after), limit, () => after + limit));
  },
});

/** The same question, of which the command line prints all pages. */
const whole = { ...messages, ...(messages.cli && { cli: { ...messages.cli, whole: {} } }) };

let out: string[];
let beside: string[];
beforeEach(() => {
  out = [];
  beside = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line));
  jest.spyOn(console, 'error').mockImplementation((line: string) => void beside.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
});

function run(options: Record<string, unknown>, { json = false, nobody = false, asked = messages } = {}): Promise<void> {
  const store = new MemoryEventStore();
  const context = new Contexts({ store, ...keysOf(store), zone: 'UTC' }).for({ source: 'cli' });
  const telling = { zone: 'UTC', nobodyGetsThem: () => (nobody ? NOBODY : undefined) };
  return runRequest(asked, {}, options, json, (_, use) => use(context, telling));
}

describe('A question on the command line', () => {
  it('prints a page, and how to continue', async () => {
    await run({ limit: '3' });
    expect(out).toEqual(['3 told', expect.stringMatching(/^More with --cursor \S+$/)]);
  });

  it('prints the whole list as CSV, however many pages it has, with lists in one cell', async () => {
    await run({ csv: true });
    expect(out).toEqual(['to,tags', ...MESSAGES.map(({ to }) => `${to},a|b`)]);
  });

  it('prints all pages as one answer if its definition says so, and then has no options for a page', async () => {
    await run({}, { json: true, asked: whole });
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([{ items: MESSAGES, next: null }]);
    out = [];
    await run({}, { asked: whole });
    expect(out).toEqual(['2500 told']);
    const program = new Command();
    registerRequest(program, whole, () => Promise.reject(new Error('nothing is opened')));
    expect(program.commands[0]?.options.map(({ long }) => long)).toEqual(['--csv', '--json']);
  });

  it('adds to what it prints about messages that nobody gets them, and with JSON on the other output', async () => {
    await run({ limit: '1' }, { nobody: true });
    expect([out.at(0), out.at(-1), beside]).toEqual(['1 written', NOBODY, []]);
    out = [];
    await run({ limit: '1' }, { nobody: true, json: true });
    expect([out.map((line) => (JSON.parse(line) as { items: unknown }).items), beside]).toEqual([
      [[MESSAGES[0]]],
      [NOBODY],
    ]);
  });

  it('is refused by the name of its option before any service is contacted', async () => {
    const opened = jest.fn<() => Promise<void>>();
    await expect(runRequest(messages, {}, { limit: '1001', cursor: '{' }, false, opened)).rejects.toMatchObject({
      message: '--limit is above 1000\n--cursor is not a cursor',
      fix: expect.stringContaining('Give a whole number.'),
    });
    expect(opened).not.toHaveBeenCalled();
  });

  it('that needs no log is answered without it, and says what is missing', async () => {
    const down = () => Promise.reject(new NotRunning('not-running', 'The log is down.', 'Start it.'));
    await runRequest(messages, {}, {}, false, down);
    expect({ out, beside }).toEqual({
      out: ['0 told'],
      beside: ['The event log is not running: all 100 are missing.'],
    });
  });
});
