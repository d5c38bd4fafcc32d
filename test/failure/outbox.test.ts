import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outbox } from '@truyvet/message-gateway/outbox';
import { outboxKill } from '../support/sizes.js';

const { rounds: ROUNDS } = outboxKill;
const WRITERS = 3;
/** Messages of a round: more than can be sent before the kill. */
const MESSAGES = 4_000;

/** Numbers from 0 to 1, the same for the same seed. */
function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe('the outbox of several processes that are killed', () => {
  it(
    'contains every message that counted as sent, each once, on complete lines',
    async () => {
      if (!existsSync('packages/message-gateway/dist/outbox.js'))
        throw new Error('Run npm run build first: this test runs the build.');
      const { seed } = outboxKill;
      const random = randomness(seed);
      const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-outbox-'));
      try {
        const acknowledged = new Set<string>();
        for (let round = 0; round < ROUNDS; round++) {
          const stopAfter = 1 + Math.floor(random() * 300);
          let lines = 0;
          const writers = Array.from({ length: WRITERS }, () => {
            // All begin at the same id, so they compete for the same messages.
            const first = String(round * 300);
            const args = ['test/failure/outbox-writer.mjs', dataDir, String(MESSAGES), first];
            return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
          });
          await Promise.all(
            writers.map(
              (writer) =>
                new Promise((ended) => {
                  let printed = '';
                  writer.stdout.on('data', (text: Buffer) => {
                    printed += text.toString();
                    lines += text.toString().split('\n').length - 1;
                    // One is killed in the middle of its work, and then the others, which continue a moment longer.
                    if (lines > stopAfter) writer.kill('SIGKILL');
                  });
                  writer.once('close', () => {
                    for (const id of printed.split('\n').slice(0, -1)) acknowledged.add(id);
                    ended(undefined);
                  });
                }),
            ),
          );
        }
        const outbox = new Outbox(dataDir);
        await outbox.send({ id: 'last', to: '+84912345678', text: 'x' });
        const ids = readFileSync(join(dataDir, 'outbox.ndjson'), 'utf8')
          .split('\n')
          .slice(0, -1)
          .map((line) => (JSON.parse(line) as { alertId: string }).alertId);
        expect(acknowledged.size).toBeGreaterThan(ROUNDS);
        expect(new Set(ids).size).toBe(ids.length);
        expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
        for (const id of ids) expect(await outbox.wasSent(id)).toBeDefined();
        await outbox.close();
        const killed = ROUNDS * WRITERS;
        console.log(`outbox: seed ${seed}, ${killed} processes killed, ${ids.length} messages, none lost, none twice`);
      } catch (error) {
        throw new Error(`With seed ${seed}: ${(error as Error).message}`, { cause: error });
      } finally {
        rmSync(dataDir, { recursive: true });
      }
    },
    60_000 + ROUNDS * 10_000,
  );
});
