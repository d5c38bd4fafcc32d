import { describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLog } from '../src/check/verify.js';
import { Scavenger } from '../src/store/scavenge.js';
import { Store } from '../src/store/store.js';
import { append, idOf, inFolder, proposed, readAll, readStream, readStreamBackwards, remove } from './harness.js';

const chunk = (dir: string): string => join(dir, 'log', '00000000.chunk');

/** Changes bytes in the file of a stopped log. */
function edit(dir: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(chunk(dir));
  change(bytes);
  writeFileSync(chunk(dir), bytes);
}

const asNegative = (bytes: Buffer): void => {
  bytes.write('negative', bytes.indexOf('positive'), 'latin1');
};

/** A stopped log: a stream of results between two other streams. */
async function stopped(dir: string): Promise<void> {
  const store = await Store.open(dir);
  for (let i = 0; i < 10; i++) await append(store, 'before', [proposed(idOf(i))]);
  await append(store, 'sample-s1', [proposed(idOf(100), 'Result', '{"result":"positive"}')]);
  for (let i = 0; i < 10; i++) await append(store, 'after', [proposed(idOf(200 + i))]);
  await store.close();
}

describe('A result that was edited in the file of a stopped log', () => {
  it('is never read: the reader gets the file and the place, and everything else is read as before', async () => {
    await inFolder(async (dir) => {
      await stopped(dir);
      edit(dir, asNegative);
      const store = await Store.open(dir);
      try {
        const damaged = /damaged in .*00000000\.chunk at byte \d+: its content does not match its checksum/;
        expect(() => readStream(store, 'sample-s1')).toThrow(damaged);
        expect(() => readStreamBackwards(store, 'sample-s1')).toThrow(damaged);
        expect(() => readAll(store)).toThrow(damaged);
        expect(readStream(store, 'before')).toHaveLength(10);
        expect(readStream(store, 'after')).toHaveLength(10);
        // An append that has to read damaged bytes fails, and the log goes on.
        expect(await append(store, 'sample-s1', [proposed(idOf(101))], -1)).toMatchObject({ kind: 'damaged' });
        expect(await append(store, 'after', [proposed(idOf(300))])).toMatchObject({ kind: 'done' });
      } finally {
        await store.close();
      }
    });
  });

  it('stops an erasing run that would copy it, which names file, place and events and leaves the file unchanged', async () => {
    await inFolder(async (dir) => {
      await stopped(dir);
      edit(dir, asNegative);
      const before = readFileSync(chunk(dir));
      const store = await Store.open(dir);
      try {
        await remove(store, 'tombstone', 'before');
        await expect(new Scavenger(store).scavenge()).rejects.toThrow(
          /00000000\.chunk at byte \d+: its content does not match its checksum; there stood event 0 of sample-s1/,
        );
        expect(readFileSync(chunk(dir)).subarray(0, before.length).equals(before)).toBe(true);
        expect(() => readStream(store, 'sample-s1')).toThrow(/damaged/);
      } finally {
        await store.close();
      }
    });
  });
});

describe('Any flipped bit in the file of a stopped log', () => {
  it('is an error or changes nothing that is read, and is found by a check of the files', async () => {
    await inFolder(async (dir) => {
      await stopped(dir);
      const store = await Store.open(dir);
      const whole = readAll(store);
      await store.close();
      const original = readFileSync(chunk(dir));
      for (let at = 40; at < original.length; at += 37) {
        edit(dir, (bytes) => (bytes[at]! ^= 1 << (at % 8)));
        const verdict = await verifyLog(dir);
        expect(verdict.damages.length + verdict.unfinished).toBeGreaterThan(0);
        let damaged: Store | undefined;
        let got: unknown;
        try {
          damaged = await Store.open(dir);
          got = readAll(damaged);
        } catch (error) {
          got = error;
        }
        await damaged?.close();
        if (Array.isArray(got)) expect(got).toEqual(whole);
        else expect(String(got)).toMatch(/damaged in/);
        writeFileSync(chunk(dir), original);
      }
    });
  });
});

describe('A check of a log', () => {
  it('finds nothing in an undamaged one, stopped or running, and counts its events', async () => {
    await inFolder(async (dir) => {
      await stopped(dir);
      expect(await verifyLog(dir)).toMatchObject({ chunks: 1, events: 21, damages: [], unfinished: 0 });
      const store = await Store.open(dir);
      await append(store, 'after', [proposed(idOf(300))]);
      await remove(store, 'tombstone', 'before');
      await new Scavenger(store).scavenge();
      expect(await verifyLog(dir)).toMatchObject({ chunks: 2, events: 13, damages: [], unfinished: 0 });
      await store.close();
    });
  });

  it('says which events are damaged, with file, place and length', async () => {
    await inFolder(async (dir) => {
      await stopped(dir);
      edit(dir, asNegative);
      const { damages } = await verifyLog(dir);
      expect(damages).toHaveLength(1);
      expect(damages[0]).toMatchObject({
        path: chunk(dir),
        what: 'its content was changed',
        events: [{ stream: 'sample-s1', from: 0, to: 0, sure: true }],
      });
    });
  });

  it('names from the index what a stretch of zeros contained', async () => {
    await inFolder(async (dir) => {
      await stopped(dir);
      edit(dir, (bytes) => {
        const at = bytes.indexOf('sample-s1') - 32;
        bytes.fill(0, at, at + 400);
      });
      const { damages } = await verifyLog(dir);
      expect(damages.flatMap(({ events }) => events.map((event) => event.stream))).toContain('sample-s1');
    });
  });

  it('refuses a folder without a log', async () => {
    await inFolder(async (dir) => {
      await expect(verifyLog(dir)).rejects.toThrow(/There is no event log in/);
    });
  });
});
