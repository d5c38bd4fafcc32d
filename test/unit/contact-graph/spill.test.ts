import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Spill } from '../../../src/contact-graph/spill.js';

const LAYOUT = { words: 2, hash: (words: Uint32Array, at: number) => words[at] as number };
/** Some hashes differ only in bits by which a part is divided late, and some have more records than fit into memory. */
const HASHES = [0, 1, 64, 65, 2 ** 12, 2 ** 18, 2 ** 24, 2 ** 29 - 1, 2 ** 12 + 64];
const RECORDS = 40_000;

async function filled(): Promise<Spill> {
  const spill = new Spill(LAYOUT);
  for (let i = 0; i < RECORDS; i++) {
    spill.add(Uint32Array.of(HASHES[(i * 7) % HASHES.length] as number, i));
    if (i % 5_000 === 0) await spill.settle();
  }
  return spill;
}

describe('Records in temporary files', () => {
  it.each([1, 3_000, 12_000, RECORDS])(
    'are read once, those with one hash together and in their order, in portions of at most %d if possible',
    async (most) => {
      const spill = await filled();
      expect(spill.count).toBe(RECORDS);
      const found = new Map<number, number[]>();
      for await (const portion of spill.portions(most)) {
        const here = new Map<number, number[]>();
        for (let at = 0; at < portion.length; at += 2) {
          const hash = portion[at] as number;
          if (!here.has(hash)) here.set(hash, []);
          here.get(hash)?.push(portion[at + 1] as number);
        }
        expect(portion.length / 2 <= most || here.size === 1).toBe(true);
        for (const [hash, numbers] of here) {
          expect(found.has(hash)).toBe(false);
          found.set(hash, numbers);
        }
      }
      const expected = new Map<number, number[]>();
      for (let i = 0; i < RECORDS; i++) {
        const hash = HASHES[(i * 7) % HASHES.length] as number;
        if (!expected.has(hash)) expected.set(hash, []);
        expected.get(hash)?.push(i);
      }
      expect(found).toEqual(expected);
    },
  );

  it('have no names that a killed process would leave behind', async () => {
    const named = () => readdirSync(tmpdir()).filter((name) => name.startsWith('truyvet-rebuild-'));
    const before = new Set(named());
    const spill = await filled();
    await spill.settle();
    expect(named().filter((name) => !before.has(name))).toEqual([]);
    await spill.close();
  });

  it('are read in their order without being removed', async () => {
    const spill = new Spill({ words: 1, hash: () => 0 });
    for (let i = 0; i < 5_000; i++) spill.add(Uint32Array.of(i));
    for (const _ of [1, 2]) {
      const read: number[] = [];
      for await (const some of spill.first()) read.push(...some);
      expect(read).toEqual(Array.from({ length: 5_000 }, (__, i) => i));
    }
    await spill.close();
  });
});
