import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Commands, mendJournal } from '../src/redis-journal.js';

const written = (...words: string[]): Buffer =>
  Buffer.from(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);

const ordinary = fc
  .array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 2, maxLength: 4 })
  .map((words) => written(...words));
/** What Redis writes: commands, transactions of commands, and timestamps. */
const entry = fc.oneof(
  ordinary.map((command) => [command]),
  fc.array(ordinary, { maxLength: 3 }).map((all) => [written('MULTI'), ...all, written('EXEC')]),
  fc.constant([Buffer.from('#TS:1700000000\r\n')]),
);

function inFolder(journals: Record<string, Buffer | string>, work: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'truyvet-journal-'));
  mkdirSync(join(dir, 'appendonlydir'));
  for (const [name, bytes] of Object.entries(journals)) writeFileSync(join(dir, name), bytes);
  return work(dir).finally(() => rmSync(dir, { recursive: true }));
}

describe('The journal of a Redis', () => {
  it('is known to end inside a transaction, and where that begins, wherever it was cut and however it is read', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.integer({ min: 1, max: 40 }),
        (entries, anywhere, step) => {
          const journal = Buffer.concat(entries.flat());
          const cut = anywhere % (journal.length + 1);
          let expected: number | undefined;
          let start = 0;
          for (const parts of entries) {
            const end = start + Buffer.concat(parts).length;
            // The transaction is open as soon as its MULTI is complete.
            const known = parts.length > 1 && cut >= start + (parts[0]?.length ?? 0) && cut < end;
            if (known) expected = start;
            start = end;
          }
          const commands = new Commands();
          for (let at = 0; at < cut; at += step) {
            expect(commands.pass(journal.subarray(at, Math.min(cut, at + step)))).toBe(true);
          }
          expect(commands.openSince).toBe(expected);
        },
      ),
    );
  });

  const whole = [written('SELECT', '0'), written('SET', 'a', '1')];
  const transaction = Buffer.concat([written('MULTI'), written('SET', 'b', '2'), written('EXEC')]);
  const manifest = (...names: string[]) =>
    names.map((name, i) => `file ${name} seq ${i + 1} type ${/base/.test(name) ? 'b' : 'i'}\n`).join('');

  it('loses its unfinished transaction, from its beginning, in the file that is written last', async () => {
    const cut = Buffer.concat([...whole, transaction.subarray(0, -1)]);
    const journals = {
      'appendonlydir/appendonly.aof.manifest': manifest('j.1.base.rdb', 'j.1.incr.aof', 'j.2.incr.aof'),
      'appendonlydir/j.1.base.rdb': 'REDIS0010',
      'appendonlydir/j.1.incr.aof': Buffer.concat(whole),
      'appendonlydir/j.2.incr.aof': cut,
    };
    await inFolder(journals, async (dir) => {
      const said: string[] = [];
      await mendJournal(dir, (line) => said.push(line));
      expect(readFileSync(join(dir, 'appendonlydir/j.2.incr.aof'))).toEqual(Buffer.concat(whole));
      expect(readFileSync(join(dir, 'appendonlydir/j.1.incr.aof'))).toEqual(Buffer.concat(whole));
      expect(said).toEqual([expect.stringMatching(/^Redis: the last 55 bytes of .*j\.2\.incr\.aof .* were cut off$/)]);
      await mendJournal(dir, (line) => said.push(line));
      expect(said).toHaveLength(1);
    });
  });

  it('loses it too if the Redis is older and has one file', async () => {
    await inFolder({ 'appendonly.aof': Buffer.concat([...whole, transaction.subarray(0, -20)]) }, async (dir) => {
      await mendJournal(dir, () => undefined);
      expect(readFileSync(join(dir, 'appendonly.aof'))).toEqual(Buffer.concat(whole));
    });
  });

  it.each([
    ['whole', Buffer.concat([...whole, transaction])],
    ['cut inside a command that stands alone, which Redis mends by itself', Buffer.concat(whole).subarray(0, -3)],
    ['empty', Buffer.alloc(0)],
    ['no journal of commands', Buffer.concat([Buffer.from('REDIS0010'), written('MULTI'), Buffer.alloc(3_000)])],
    ['damaged, of which Redis itself tells', Buffer.concat([written('MULTI'), Buffer.from('$$$\r\n')])],
  ])('is left unchanged if it is %s', async (_, bytes) => {
    await inFolder({ 'appendonly.aof': bytes }, async (dir) => {
      await mendJournal(dir, () => undefined);
      expect(readFileSync(join(dir, 'appendonly.aof'))).toEqual(bytes);
    });
  });

  it('may be missing', async () => {
    await inFolder({}, (dir) => mendJournal(dir, () => undefined));
    await mendJournal('/nowhere/at/all', () => undefined);
  });
});
