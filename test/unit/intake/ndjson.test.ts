import { expect, it } from '@jest/globals';
import { UserError } from '../../../src/kernel/errors.js';
import { NdjsonSource } from '../../../src/intake/ndjson.js';

it('A file of lines with an endless line is given up, and earlier lines are accepted', async () => {
  const zeros = Buffer.alloc(1024 * 1024);
  async function* input() {
    yield Buffer.from('{"person_id":"p1"}\n');
    for (;;) yield await Promise.resolve(zeros);
  }
  const taken: unknown[] = [];
  const read = async () => {
    for await (const row of new NdjsonSource(input()).rows()) taken.push(row);
  };
  const failed: unknown = await read().catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(UserError);
  expect((failed as UserError).message).toContain('Line 2 does not end');
  expect(taken).toMatchObject([{ number: 1 }]);
});
