import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { boot } from '../../../src/entrypoints/boot.js';
import { describeProblems } from '../../../src/http/describe-problems.js';
import { problem } from '../../../src/http/problem.js';

const FILE = 'docs/problems.md';
const known = async () => (await boot()).problems.flatMap(({ problems }) => problems);

/** All matches of a pattern in the source files. */
function inSources(pattern: RegExp): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  return files.flatMap((name) =>
    [...readFileSync(`src/${name}`, 'utf8').matchAll(pattern)].map(([, found]) => `${found}`),
  );
}

describe('The problems in answers to requests', () => {
  it('equal docs/problems.md (UPDATE_DOCS=1 writes it)', async () => {
    const now = describeProblems((await boot()).problems);
    if (process.env['UPDATE_DOCS']) writeFileSync(FILE, now);

    expect(existsSync(FILE) ? readFileSync(FILE, 'utf8') : '').toBe(now);
  });

  it('are all that the program defines, and each is used somewhere', async () => {
    const codes = (await known()).map(({ code }) => code);
    const defined = inSources(/defineProblem\(\{[^}]*?\bcode: '([^']+)'/g);
    expect([...codes].sort()).toEqual([...defined].sort());

    const names = inSources(/\b([A-Z][A-Z_]+) = defineProblem\(/g);
    // Two occurrences are the definition and the list.
    const unused = names.filter((name) => inSources(new RegExp(`\\b(${name})\\b`, 'g')).length <= 2);
    expect(unused).toEqual([]);
  });

  it('have their types in one place only, so that every answered problem is described', () => {
    expect(inSources(/(urn:truyvet:problem:)/g)).toHaveLength(1);
  });

  it('state which it is, what went wrong and what to do', async () => {
    for (const kind of await known()) {
      expect(kind).toMatchObject({ code: expect.stringMatching(/^[a-z]+(?:-[a-z]+)*$/) });
      expect(kind.title).toMatch(/^[A-Z].*[a-zA-Z]$/);
      expect(kind.says).toMatch(/^[A-Z`].*\.$/);
      expect(kind.fix).toMatch(/^[A-Z`d].{8}/);
      expect(problem(kind, 'Here.')).toEqual({
        ...{ type: `urn:truyvet:problem:${kind.code}`, title: kind.title, status: kind.status },
        ...{ detail: 'Here.', fix: kind.fix },
      });
    }
  });
});
