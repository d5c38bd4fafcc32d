import { describe, expect, it } from '@jest/globals';
import { untilQuiet } from '../../../src/entrypoints/catch-up.js';

type Look = Awaited<ReturnType<Parameters<typeof untilQuiet>[0]['look']>>;
const quiet = (stands: string): Look => ({ waitingFor: [], stands });
const busy: Look = { waitingFor: ['the contact graph', '1 jobs of "trace"'], stands: '' };

/** Waits while each look finds one of these; returns the number of looks. */
async function looksUntilQuiet(...finds: Look[]): Promise<number> {
  let taken = 0;
  const look = async () => finds[taken++] as Look;
  await untilQuiet({ look, missing: async () => [], say: () => undefined });
  return taken;
}

describe('Waiting until everything has caught up', () => {
  it('ends when two looks in a row find nothing to do, and every reader at the same position', async () => {
    expect(await looksUntilQuiet(busy, quiet('a'), quiet('a'))).toBe(3);
  });

  it('continues if something was appended and processed between the looks at the readers and the queues', async () => {
    expect(await looksUntilQuiet(quiet('a'), quiet('b'), quiet('b'))).toBe(3);
    expect(await looksUntilQuiet(quiet('a'), busy, quiet('a'), quiet('b'), quiet('b'))).toBe(5);
  });

  it('fails if no process is there to do the rest, and says which to start', async () => {
    const waiting = untilQuiet({
      look: async () => busy,
      missing: async () => ['projector', 'worker'],
      say: () => undefined,
      missingFor: 0,
    });
    await expect(waiting).rejects.toMatchObject({
      name: 'UserError',
      message: 'No process is running that could catch up: no projector and no worker is running.',
      fix: expect.stringMatching(/npm start.*truyvet projector.*truyvet worker/),
    });
  });
});
