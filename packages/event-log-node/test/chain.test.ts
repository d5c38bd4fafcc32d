import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { verifyLog } from '../src/check/verify.js';
import { readBlock, sealBlock, CHUNK_HEADER } from '../src/format/block.js';
import { LINK_KIND, LINK_SIZE } from '../src/format/chain.js';
import { lengthAt } from '../src/format/entry.js';
import { Scavenger } from '../src/store/scavenge.js';
import { Store } from '../src/store/store.js';
import { append, idOf, inFolder, proposed, readAll, remove } from './harness.js';
import { seeded, storeRuns } from './sizes.js';

/** The chunk of a log that version 0.1.0 wrote: six events in two streams, format 1. */
const FORMAT_1 = [
  'H4sICDv3CmsCAzAwMDAwMDAwLmNodW5rAAsJ83FnYGBgZMACHp4sYNnIwMAMZE6bLZCugVDHOPOEzgEwq1jXAERN5Opj5Opk5FITUjGAAl0wYQ',
  'IiLGBcGDDi5GIpqSxIFWJ0FWKVYgYaIsGg4KzhbKTAxZOcn1eSmleiC5YXSCwoyMlMTizJzM/TzyrOzzOS4WJPLkpNLElNERI0NDczQAFO7NVK',
  'mUpWBrUSzlCHz4xv2HkEu8MNQdQUromMXN3EOtwQw+GGQIf/YdT4w0glpxvWSvxhhLn9Z0prD9ztjBiBTprbjbAEOqPCDmaNHcxUcrtRrcQOZp',
  'jbV7mFZmB3Oxnhbowl3BkVvrBofGGhktuNayW+wBL7TDnrORVwtzNRGO4mWMKdSWEDm8YGNiq53aRWYgMbzO3/f8iWYnc7GeFuiiXcmRTesGu8',
  'YaeS201rJd6wAwDRDlDJhQQAAA==',
].join('');

const chunk = (dir: string, no = 0): string => join(dir, 'log', `0000000${no}.chunk`);
const silent = (): void => undefined;
const hex = (hash: Buffer | undefined): string => hash?.toString('hex') ?? '';

/** Writes a log of some streams and answers the head of its chain at some moments. */
async function written(dir: string): Promise<{ number: number; hash: string }[]> {
  const store = await Store.open(dir);
  const heads = [];
  for (let i = 0; i < 12; i++) {
    await append(store, `s-${i % 3}`, [proposed(idOf(i), 'E', `{"positive":${i}}`), proposed(idOf(100 + i))]);
    heads.push({ number: store.log.chain.number, hash: hex(store.log.chain.hash) });
  }
  await store.close();
  return heads;
}

/** Changes bytes as an attacker who knows the format would: afterwards every checksum is right. */
function forge(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  change(bytes);
  for (let at = CHUNK_HEADER; at < bytes.length; at += lengthAt(bytes, at)!) {
    const block = readBlock(bytes, at);
    if (block !== undefined) sealBlock(bytes, block);
  }
  writeFileSync(path, bytes);
}

describe('The chain of the event log', () => {
  it('shows that an event was edited by somebody who also corrected its checksum, and which one', async () => {
    await inFolder(async (dir) => {
      await written(dir);
      forge(chunk(dir), (bytes) => void bytes.write('negative', bytes.indexOf('positive'), 'latin1'));
      const { damages } = await verifyLog(dir);
      expect(damages).toHaveLength(1);
      expect(damages[0]).toMatchObject({
        what: 'its checksums are right, but the chain shows that something else was written there',
        events: [{ stream: 's-0', from: 0, to: 1, sure: true }],
      });
    });
  });

  it('shows that an event was removed from between others', async () => {
    await inFolder(async (dir) => {
      await written(dir);
      forge(chunk(dir), (bytes) => {
        const links: number[] = [];
        for (let at = CHUNK_HEADER; at < bytes.length; at += lengthAt(bytes, at)!) {
          if (bytes[at] === LINK_KIND) links.push(at);
        }
        // Puts a copy of the second group in the place of the third.
        const [, , second = 0, third = 0] = links;
        const group = bytes.subarray((links[1] ?? 0) + LINK_SIZE, second);
        group.copy(bytes, second + LINK_SIZE, 0, Math.min(group.length, third - second - LINK_SIZE));
      });
      const { damages } = await verifyLog(dir);
      expect(damages.length).toBeGreaterThan(0);
    });
  });

  it('matches a known head, or distinguishes a shorter log from another one', async () => {
    await inFolder(async (dir) => {
      const heads = await written(dir);
      const last = { where: 'the graph', ...heads[11]! };
      const early = { where: 'a backup', ...heads[3]! };
      const whole = await verifyLog(dir, silent, [last, early]);
      expect(whole.standings.map(({ standing }) => standing)).toEqual(['same', 'same']);
      expect({ ...whole.head, hash: hex(whole.head?.hash) }).toEqual(heads[11]);

      // An older copy: everything in it is whole, but it is not the log that the graph was built from.
      const bytes = readFileSync(chunk(dir));
      let end = CHUNK_HEADER;
      for (let links = 0; links < 7; end += lengthAt(bytes, end)!) if (bytes[end] === LINK_KIND) links++;
      truncateSync(chunk(dir), end);
      const older = await verifyLog(dir, silent, [last, early]);
      expect(older.damages).toEqual([]);
      expect(older.standings.map(({ standing }) => standing)).toEqual(['shorter', 'same']);

      const other = await verifyLog(dir, silent, [{ ...early, hash: 'f'.repeat(64) }]);
      expect(other.standings).toEqual([{ where: 'a backup', number: early.number, standing: 'other' }]);
    });
  });

  it('is still valid after any erasing, and erased content is in no file, nor can guesses of it be tested', async () => {
    const erasing = fc.record({
      truncate: fc.nat(8),
      tombstoned: fc.subarray(['s-0', 's-1', 's-2'], { minLength: 1, maxLength: 2 }),
      again: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(erasing, async ({ truncate, tombstoned, again }) => {
        await inFolder(async (dir) => {
          const heads = await written(dir);
          const store = await Store.open(dir);
          const metadata = proposed(idOf(900), '$metadata', `{"$tb":${truncate}}`);
          await append(store, '$$s-2', [metadata]);
          for (const name of again ? tombstoned.slice(1) : tombstoned) await remove(store, 'tombstone', name);
          await new Scavenger(store).scavenge();
          if (again) {
            await remove(store, 'tombstone', tombstoned[0]!).catch(silent);
            await new Scavenger(store).scavenge();
          }
          await append(store, 's-9', [proposed(idOf(901))]);
          const left = readAll(store).length;
          const { number, hash } = store.log.chain;
          await store.close();
          const verdict = await verifyLog(dir, silent, [
            ...heads.map((head) => ({ where: 'a backup', ...head })),
            { where: 'the end', number, hash: hex(hash) },
          ]);
          expect(verdict.damages).toEqual([]);
          expect(verdict.events).toBe(left);
          expect(new Set(verdict.standings.map(({ standing }) => standing))).toEqual(new Set(['same']));
          const reopened = await Store.open(dir);
          expect(readAll(reopened)).toHaveLength(left);
          expect(hex(reopened.log.chain.hash)).toBe(hex(hash));
          await reopened.close();
        });
      }),
      seeded(Math.ceil(storeRuns / 2)),
    );
  });

  it('continues over restarts and over chunks', async () => {
    await inFolder(async (dir) => {
      await written(dir);
      const before = (await verifyLog(dir)).head;
      const store = await Store.open(dir);
      expect(hex(store.log.chain.hash)).toBe(hex(before?.hash));
      await store.exclusively(() => store.log.roll());
      await append(store, 's-0', [proposed(idOf(500))]);
      await store.close();
      const after = await verifyLog(dir);
      expect(after).toMatchObject({ chunks: 2, damages: [] });
      expect(after.head?.number).toBe((before?.number ?? 0) + 1);
    });
  });
});

describe('A log that version 0.1.0 wrote', () => {
  it('is read to the same events, continues in a new file, and is chained from there on', async () => {
    await inFolder(async (dir) => {
      mkdirSync(join(dir, 'log'));
      const old = gunzipSync(Buffer.from(FORMAT_1, 'base64'));
      writeFileSync(chunk(dir), old);
      writeFileSync(join(dir, 'format.json'), '{"store":"truyvet-event-log","format":1}');
      expect(await verifyLog(dir)).toMatchObject({ events: 6, damages: [], head: undefined });
      const store = await Store.open(dir);
      expect(readAll(store).map(({ data }) => data)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `{"i":${i}}`));
      // The old log's event ids are still known, so this append is a repeat.
      expect(await append(store, 's-0', [proposed(idOf(4), 'E', '{"i":4}')])).toMatchObject({ revision: 2 });
      await append(store, 's-0', [proposed(idOf(6), 'E', '{"i":6}')]);
      await remove(store, 'tombstone', 's-1');
      await new Scavenger(store).scavenge();
      await store.close();
      expect(readFileSync(chunk(dir))).toHaveLength(old.length);
      expect(readFileSync(join(dir, 'format.json'), 'utf8')).toContain('"format":2');
      const again = await Store.open(dir);
      expect(readAll(again).map(({ data }) => data)).toEqual([0, 2, 4, 6].map((i) => `{"i":${i}}`).concat(''));
      await again.close();
      const { damages, head, chunks } = await verifyLog(dir);
      expect({ damages, chunks }).toEqual({ damages: [], chunks: 2 });
      expect(head?.number).toBe(2);
    });
  });
});
