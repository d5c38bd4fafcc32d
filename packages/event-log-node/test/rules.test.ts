import { describe, expect, it } from '@jest/globals';
import { constants, cpSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidFilterError, prefixFilter, regexFilter } from '../src/store/filter.js';
import {
  DELETED_TRUNCATION,
  NO_LIMITS,
  firstReadable,
  isUnlimited,
  isYoungEnough,
  limitsOf,
  withTruncation,
} from '../src/store/limits.js';
import { Scavenger } from '../src/store/scavenge.js';
import { Store } from '../src/store/store.js';
import { TailCache } from '../src/store/tail-cache.js';
import { append, idOf, inFolder, proposed, readStream, remove } from './harness.js';

describe('The limits in a stream’s metadata', () => {
  const limits = (text: string) => limitsOf(Buffer.from(text));

  it('are read from $tb, $maxCount and $maxAge in seconds', () => {
    expect(limits('{"$tb":4,"$maxCount":2,"$maxAge":3}')).toEqual({
      truncateBefore: 4,
      maxCount: 2,
      maxAgeMs: 3_000,
      deleted: false,
    });
  });

  it('do not exist if the metadata is not a JSON object or has no sensible values', () => {
    for (const text of ['', 'x', '[]', 'null', '{"$tb":"4","$maxCount":0,"$maxAge":-1}']) {
      expect(isUnlimited(limits(text))).toBe(true);
    }
  });

  it('recognise a deletion by the greatest revision', () => {
    expect(limits(`{"$tb":${DELETED_TRUNCATION}}`).deleted).toBe(true);
    expect(limits('{"$tb":1000000}').deleted).toBe(false);
  });

  it('give the first revision that may be read', () => {
    expect(firstReadable(NO_LIMITS, 9)).toBe(0);
    expect(firstReadable({ ...NO_LIMITS, truncateBefore: 4 }, 9)).toBe(4);
    expect(firstReadable({ ...NO_LIMITS, maxCount: 3 }, 9)).toBe(7);
    expect(firstReadable({ ...NO_LIMITS, maxCount: 3, truncateBefore: 8 }, 9)).toBe(8);
    expect(firstReadable({ ...NO_LIMITS, deleted: true }, 9)).toBe(10);
    expect(isYoungEnough({ ...NO_LIMITS, maxAgeMs: 1_000 }, 5_000, 6_000)).toBe(true);
    expect(isYoungEnough({ ...NO_LIMITS, maxAgeMs: 1_000 }, 5_000, 6_001)).toBe(false);
  });

  it('keep the other metadata when a deletion or its undoing rewrites $tb', () => {
    const before = Buffer.from('{"own":"x","$tb":3,"$maxCount":5}');
    expect(withTruncation(before, DELETED_TRUNCATION).toString()).toBe(
      '{"$tb":9223372036854775807,"own":"x","$maxCount":5}',
    );
    expect(withTruncation(Buffer.alloc(0), '7').toString()).toBe('{"$tb":7}');
  });
});

describe('A filter', () => {
  it('by prefixes accepts names that begin with any of them', () => {
    const { matches } = prefixFilter('type', ['Check', 'Proximity']);
    expect(
      ['CheckedIn', 'ProximityObserved', 'xCheckedIn', 'Chec', ''].map((name) => matches(Buffer.from(name))),
    ).toEqual([true, true, false, false, false]);
  });

  it('by expression accepts names in which it matches, with the same answer every time', () => {
    const { matches } = regexFilter('type', '^[^$].*');
    for (let i = 0; i < 2; i++)
      expect([matches(Buffer.from('Có')), matches(Buffer.from('$metadata'))]).toEqual([true, false]);
  });

  it('takes no longer for an expression made to take for ever', () => {
    const { matches } = regexFilter('type', '^(a+)+$');
    expect(matches(Buffer.from(`${'a'.repeat(5_000)}!`))).toBe(false);
  });

  it('is refused if its expression is not understood', () => {
    expect(() => regexFilter('type', '(')).toThrow(InvalidFilterError);
  });
});

describe('The cached end of the log', () => {
  it('returns what it holds and never holds more than a group above its limit', () => {
    const tail = new TailCache(100);
    for (let i = 0; i < 10; i++) tail.push(i * 40, Buffer.alloc(40, i));
    expect(tail.from(9 * 40 + 5)).toEqual(Buffer.alloc(35, 9));
    expect(tail.from(8 * 40)).toEqual(Buffer.alloc(40, 8));
    expect(tail.from(7 * 40)).toBeUndefined();
    expect(tail.from(10 * 40)).toBeUndefined();
  });
});

describe('The store', () => {
  const secret = 'wrapped-key-of-a-person';

  it('leaves no byte of an erased event in any file, whether tombstoned, deleted or truncated', async () => {
    await inFolder(async (dir) => {
      const store = await Store.open(dir);
      for (const name of ['key-1', 'key-2', 'key-3', 'kept']) {
        await append(store, name, [proposed(idOf(1), 'Wrapped', JSON.stringify({ secret: `${secret}-${name}` }))]);
        await append(store, name, [proposed(idOf(2), 'Other', '{}')]);
      }
      await remove(store, 'tombstone', 'key-1');
      await remove(store, 'delete', 'key-2');
      await append(store, '$$key-3', [proposed(idOf(3), '$metadata', '{"$tb":1}')]);
      const holds = (): string[] => {
        const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
        const all = files.map((file) => readFileSync(`${file.parentPath}/${file.name}`, 'latin1')).join();
        return ['key-1', 'key-2', 'key-3', 'kept'].filter((name) => all.includes(`${secret}-${name}`));
      };
      expect(holds()).toEqual(['key-1', 'key-2', 'key-3', 'kept']);
      const scavenger = new Scavenger(store);
      expect(await scavenger.scavenge()).toEqual({ erasedEvents: 5, rewrittenChunks: 1 });
      expect(holds()).toEqual(['kept']);
      expect(await scavenger.scavenge()).toEqual({ erasedEvents: 0, rewrittenChunks: 0 });
      expect(readStream(store, 'kept').length).toBe(2);
      await store.close();
    });
  });

  it('neither shows nor keeps events older than its stream allows', async () => {
    await inFolder(async (dir) => {
      let now = 1_000_000;
      const store = await Store.open(dir, { now: () => now });
      await append(store, 's', [proposed(idOf(1)), proposed(idOf(2))]);
      await append(store, '$$s', [proposed(idOf(9), '$metadata', '{"$maxAge":10}')]);
      now += 9_000;
      await append(store, 's', [proposed(idOf(3))]);
      expect(readStream(store, 's').length).toBe(3);
      now += 2_000;
      expect(readStream(store, 's').map(({ id }) => id)).toEqual([idOf(3)]);
      expect(await new Scavenger(store).scavenge()).toMatchObject({ erasedEvents: 2 });
      await store.close();
    });
  });

  it('answers an append that waited beyond its deadline with a timeout, and stores nothing', async () => {
    await inFolder(async (dir) => {
      const store = await Store.open(dir);
      const outcome = await new Promise((done) => {
        const request = { streamName: Buffer.from('s'), expected: -2, deadlineMs: Date.now() - 1, bytes: 0, done };
        store.write({ kind: 'append', events: [proposed(idOf(1))], ...request });
      });
      expect(outcome).toEqual({ kind: 'timed-out' });
      expect(readStream(store, 's')).toEqual([]);
      await store.close();
    });
  });

  it('accepts an append that is in time, though its own clock was set weeks ahead of its caller for a test', async () => {
    await inFolder(async (dir) => {
      const store = await Store.open(dir, { now: () => Date.now() + 14 * 86_400_000 });
      const outcome = await new Promise((done) => {
        const request = { streamName: Buffer.from('s'), expected: -2, deadlineMs: Date.now() + 60_000, bytes: 0, done };
        store.write({ kind: 'append', events: [proposed(idOf(1))], ...request });
      });
      expect(outcome).toMatchObject({ kind: 'done' });
      await store.close();
    });
  });

  it.each([
    ['was removed', (dir: string) => rmSync(join(dir, 'log'), { recursive: true })],
    [
      'was replaced by a copy',
      (dir: string) => {
        cpSync(join(dir, 'log'), join(dir, 'copy'), { recursive: true });
        rmSync(join(dir, 'log'), { recursive: true });
        renameSync(join(dir, 'copy'), join(dir, 'log'));
      },
    ],
  ])('acknowledges nothing more after its folder %s beneath it, and says so', async (_, harm) => {
    await inFolder(async (dir) => {
      const store = await Store.open(dir);
      expect(await append(store, 's', [proposed(idOf(1))])).toMatchObject({ kind: 'done' });
      harm(dir);
      const answers: unknown[] = [];
      void append(store, 's', [proposed(idOf(2))]).then((answer) => answers.push(answer));
      expect((await store.failed).message).toMatch(/was removed or replaced while it was in use/);
      expect(await append(store, 's', [proposed(idOf(3))])).toMatchObject({ kind: 'failed' });
      expect(answers).toEqual([]);
      await store.close();
    });
  });

  it('opens the log such that a write returns when it is durable', async () => {
    if (process.platform !== 'linux') return;
    await inFolder(async (dir) => {
      const store = await Store.open(dir);
      const flags = readdirSync('/proc/self/fd')
        .filter((fd) => linkOf(fd).endsWith('00000000.chunk'))
        .map((fd) => parseInt(/flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1]!, 8))
        .filter((flag) => (flag & constants.O_RDWR) !== 0);
      expect(flags.map((flag) => (flag & constants.O_DSYNC) !== 0)).toEqual([true]);
      await store.close();
    });
  });
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // The descriptor of the folder itself, opened to list it.
    return '';
  }
}
