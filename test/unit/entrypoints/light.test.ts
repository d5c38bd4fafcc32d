import { expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Imports that are loaded at once: neither types, which do not exist at run time, nor dynamic imports. */
const IMPORTED = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;

/** Packages that a file loads before any of its code runs, each with the chain of files that leads to it. */
function packagesOf(file: string, way: readonly string[] = [], seen = new Set<string>()): Map<string, string[]> {
  const found = new Map<string, string[]>();
  if (seen.has(file)) return found;
  seen.add(file);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORTED)) {
    const here = [...way, file];
    if (!name.startsWith('.')) found.set(name, here);
    else {
      const next = join(dirname(file), name.replace(/\.js$/, '.ts'));
      if (!existsSync(next)) throw new Error(`${file} imports ${name}, which is no file`);
      for (const [other, there] of packagesOf(next, here, seen)) if (!found.has(other)) found.set(other, there);
    }
  }
  return found;
}

/** Packages that read options, format times for people, or load the rest of themselves when called. */
const LIGHT = ['commander', 'luxon', '@truyvet/local-services'];

it('The help of the command line appears at once: it loads no slow package, such as zod', () => {
  const heavy = [...packagesOf('src/entrypoints/program.ts')].filter(([name]) => !LIGHT.includes(name));
  expect(heavy.map(([name, way]) => `${name} by ${way.join(', ')}`)).toEqual([]);
});
