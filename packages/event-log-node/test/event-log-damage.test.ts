import { describe, expect, it } from '@jest/globals';
import { appendFileSync, cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK_HEADER } from '../src/format/block.js';
import { Store } from '../src/store/store.js';
import { append, idOf, inFolder, proposed, readAll } from './harness.js';

const EVENTS = 20;

/** A folder as a crash leaves it: the log is written, the index is not. */
async function crashed(dir: string): Promise<string> {
  const live = join(dir, 'live');
  const image = join(dir, 'image');
  const store = await Store.open(live);
  for (let i = 0; i < EVENTS; i++) await append(store, `s-${i % 3}`, [proposed(idOf(i), 'E', `{"i":${i}}`)]);
  cpSync(live, image, { recursive: true, filter: (path) => !path.includes('lock') });
  await store.close();
  return image;
}

const chunk = (dir: string): string => join(dir, 'log', '00000000.chunk');

async function count(dir: string): Promise<{ events: number; warnings: string[] }> {
  const warnings: string[] = [];
  const store = await Store.open(dir, { warn: (text) => warnings.push(text) });
  const events = readAll(store).length;
  // After that it must also take appends.
  await append(store, 'after', [proposed(idOf(900))]);
  expect(readAll(store).length).toBe(events + 1);
  await store.close();
  return { events, warnings };
}

describe('An event log whose last write was torn', () => {
  it('opens with every earlier event, wherever the last one was cut', async () => {
    await inFolder(async (dir) => {
      const image = await crashed(dir);
      const { size } = statSync(chunk(image));
      for (const cut of [1, 20, 100, 150]) {
        const copy = join(dir, `cut-${cut}`);
        cpSync(image, copy, { recursive: true });
        truncateSync(chunk(copy), size - cut);
        const { events, warnings } = await count(copy);
        expect(events).toBe(EVENTS - 1);
        expect(warnings.join()).toMatch(/Cut off \d+ bytes of a write that was never finished/);
      }
    });
  });

  it('opens with every event if garbage follows them', async () => {
    await inFolder(async (dir) => {
      const image = await crashed(dir);
      appendFileSync(chunk(image), Buffer.alloc(70_000, 0xb1));
      const { events, warnings } = await count(image);
      expect(events).toBe(EVENTS);
      expect(warnings.join()).toMatch(/Cut off 70000 bytes/);
    });
  });

  it('opens with every earlier event if a bit of the last one is wrong', async () => {
    await inFolder(async (dir) => {
      const image = await crashed(dir);
      const bytes = readFileSync(chunk(image));
      bytes[bytes.length - 10]! ^= 1;
      writeFileSync(chunk(image), bytes);
      expect((await count(image)).events).toBe(EVENTS - 1);
    });
  });
});

describe('An event log that lost acknowledged events', () => {
  it('is refused, untouched, if a group before complete later ones is damaged', async () => {
    await inFolder(async (dir) => {
      const image = await crashed(dir);
      const bytes = readFileSync(chunk(image));
      bytes[BLOCK_HEADER + 200]! ^= 1;
      writeFileSync(chunk(image), bytes);
      await expect(Store.open(image)).rejects.toThrow(/damaged in .*broken at byte \d+/);
      expect(readFileSync(chunk(image)).equals(bytes)).toBe(true);
    });
  });

  it('is refused, untouched, if the log ends before what the index knows', async () => {
    await inFolder(async (dir) => {
      await crashed(dir);
      const live = join(dir, 'live');
      const { size } = statSync(chunk(live));
      truncateSync(chunk(live), size - 10);
      await expect(Store.open(live)).rejects.toThrow(/damaged .*10 bytes are missing at its end/);
      expect(statSync(chunk(live)).size).toBe(size - 10);
    });
  });
});

describe('An index that is missing, truncated or garbage', () => {
  const spoil: Record<string, (path: string) => void> = {
    gone: (path) => rmSync(path, { recursive: true }),
    'cut short': (path) => truncateSync(join(path, 'data.mdb'), 4_096),
    rubbish: (path) => writeFileSync(join(path, 'data.mdb'), Buffer.alloc(100_000, 0xab)),
  };
  for (const [how, work] of Object.entries(spoil)) {
    it(`is rebuilt from the log if it is ${how}`, async () => {
      await inFolder(async (dir) => {
        await crashed(dir);
        const live = join(dir, 'live');
        work(join(live, 'index'));
        expect((await count(live)).events).toBe(EVENTS);
      });
    });
  }
});

describe('A data folder of a newer format', () => {
  it('is refused with what to do', async () => {
    await inFolder(async (dir) => {
      const image = await crashed(dir);
      writeFileSync(join(image, 'format.json'), '{"store":"truyvet-event-log","format":99}');
      await expect(Store.open(image)).rejects.toThrow(/format 99, written by a newer Truyvet/);
    });
  });
});
