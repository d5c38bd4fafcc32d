import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const SOURCES = ['src', 'projections', ...readdirSync('packages').map((name) => `packages/${name}/src`)].filter(
  (folder) => existsSync(folder),
);
/** Characters of a text that somebody might send: a pattern that backtracks for each of them takes minutes. */
const LENGTH = 30_000;
/**
 * Milliseconds of processor time, so that other work on the machine does not count. A linear pattern takes one or two.
 */
const TOO_LONG = 150;
const SENT = [
  ' ',
  'a',
  '0',
  '-',
  '.',
  '_',
  '\t',
  '\n',
  '"',
  "'",
  '(',
  '[',
  '{',
  '+',
  '/',
  ':',
  ',',
  'ă',
  '0 ',
  'a-',
  '0.',
  '[a',
  '1:',
];

/** Patterns that are never applied to text from outside, with the text that they are applied to. */
const BOUNDED: Record<string, string> = {
  '\\{([^}]*)\\}': 'our own texts of messages',
  '\\/+$': 'URLs of the configuration',
  '\\{[^}]+\\}': 'our own routes',
  '^\\s*(\\d+)\\s': 'the line of /proc about a lock',
};

interface Pattern {
  where: string;
  source: string;
  flags: string;
}

function patternsIn(folder: string): Pattern[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => {
      const path = join(folder, name);
      const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
      const found: Pattern[] = [];
      const visit = (node: ts.Node): void => {
        if (ts.isRegularExpressionLiteral(node)) {
          const end = node.text.lastIndexOf('/');
          const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
          found.push({ where: `${path}:${line}`, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
        }
        ts.forEachChild(node, visit);
      };
      visit(file);
      return found;
    });
}

/** A text on which a pattern takes too long, if there is one. */
function worstOf({ source, flags }: Pattern): string | undefined {
  const pattern = new RegExp(source, flags);
  for (const sent of SENT) {
    for (const end of ['', '\u0000', 'x!']) {
      const text = sent.repeat(LENGTH / sent.length) + end;
      const before = process.cpuUsage();
      text.replace(pattern, '');
      const { user } = process.cpuUsage(before);
      if (user / 1000 > TOO_LONG) return `${JSON.stringify(sent)} x ${LENGTH}, then ${JSON.stringify(end)}`;
    }
  }
  return undefined;
}

describe('A regular expression', () => {
  it('takes time proportional to the length of a text, whatever is sent', () => {
    const slow = SOURCES.flatMap(patternsIn).flatMap((pattern) => {
      const worst = BOUNDED[pattern.source] === undefined ? worstOf(pattern) : undefined;
      return worst === undefined ? [] : [`${pattern.where}: /${pattern.source}/ on ${worst}`];
    });
    expect(slow).toEqual([]);
  });

  it('that backtracks over a text is found by this test', () => {
    expect(worstOf({ where: '', source: '^\\d+(?:t| +)(?=\\d)| *z$', flags: '' })).toBeDefined();
  });
});
