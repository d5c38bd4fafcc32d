import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { commandLine } from '../../../src/entrypoints/program.js';
import { CASES } from '../../support/case-run.js';

const PACKAGES = foldersIn('packages');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'docker/README.md',
  ...PACKAGES.map((folder) => `${folder}/README.md`),
  ...filesIn('docs').filter((name) => name.endsWith('.md')),
];
/** What lines of mended.md may say instead of a test. */
const NO_TEST = ['tried by hand', 'none'];

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
}

function foldersIn(folder: string): string[] {
  const all = readdirSync(folder, { withFileTypes: true });
  return all.filter((each) => each.isDirectory()).map(({ name }) => join(folder, name));
}

const textOf = (path: string) => readFileSync(path, 'utf8');
const within = (folder: string) => PACKAGES.flatMap((name) => filesIn(`${name}/${folder}`));
const sources = () => [...filesIn('src'), ...within('src')].filter((name) => /\.tsx?$/.test(name));
const testFiles = () => [...filesIn('test'), ...within('test')];

/** The anchors that GitHub generates for headings. */
function anchorsOf(path: string): string[] {
  const headings = textOf(path).match(/^#+ .*$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('A document', () => {
  it.each(DOCUMENTS)('%s links to existing files and headings', (path) => {
    const links = [...textOf(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to);
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it.each(DOCUMENTS.filter((path) => !path.includes('decisions')))('%s names existing files', (path) => {
    const named = [
      ...textOf(path).matchAll(/`((?:src|packages|test|docs|docker|scripts|profiles|projections|bin)\/[\w./-]*)`/g),
    ];
    expect(named.map(([, file = '']) => file).filter((file) => !existsSync(file))).toEqual([]);
  });

  it.each(DOCUMENTS)('%s shows existing commands and options', (path) => {
    expect(wrongCommands(textOf(path))).toEqual([]);
  });
});

describe('Variables', () => {
  const ours = /\b(?:TRUYVET|EVENTSTORE|NEO4J|REDIS)_[A-Z0-9_]*[A-Z0-9]\b/g;
  const read = new Set(textOf('src/platform/config.ts').match(ours));

  it('that the program reads are in the tables of docs/operations.md, and no others', () => {
    const rows = textOf('docs/operations.md').match(/^\| `[A-Z0-9_`, ]+\|/gm) ?? [];
    expect(rows.flatMap((row) => row.match(ours) ?? []).sort()).toEqual([...read].sort());
  });

  it('that documents name are read by the program or by its tests', () => {
    const tests = new Set(
      testFiles().flatMap((name) => (/\.m?ts$|\.mjs$/.test(name) ? (textOf(name).match(ours) ?? []) : [])),
    );
    const known = (name: string, path: string) => read.has(name) || (path === 'CONTRIBUTING.md' && tests.has(name));
    const unknown = DOCUMENTS.flatMap((path) =>
      (textOf(path).match(/\bTRUYVET_[A-Z0-9_]*[A-Z0-9]\b/g) ?? []).filter((name) => !known(name, path)),
    );
    expect(unknown).toEqual([]);
  });
});

describe('The sizes of tests', () => {
  it('are in CONTRIBUTING.md as in test/support/sizes.ts, each variable with its numbers', () => {
    const texts = ['test/support/sizes.ts', 'packages/event-log-node/test/sizes.ts'].map(textOf).join();
    const calls = texts.matchAll(/\bsize\('([A-Z_]+)', ([\d._]+)(?:, ([\w.]+))?\)/g);
    const shown = (number: string) => (number === 'Number.NaN' ? 'none' : number.replaceAll('_', ''));
    const sizes = [...calls].map(([, name = '', ...numbers]) => {
      const given = numbers.filter((number): number is string => number !== undefined);
      return `${name}: ${given.map(shown).join(', ')}`;
    });
    const rows = textOf('CONTRIBUTING.md').matchAll(/^\| (`[A-Z_`, ]+?) +\| ([^|`]*\d[^|`]*?) +\|/gm);
    const documented = [...rows].flatMap(([, names = '', numbers = '']) => {
      const each = numbers.split('; ');
      return (names.match(/[A-Z_]+/g) ?? []).map((name, i) => `${name}: ${each[i] ?? 'nothing'}`);
    });
    expect(sizes.length).toBeGreaterThan(20);
    expect(documented.sort()).toEqual([...new Set(sizes)].sort());
  });
});

describe('Metrics', () => {
  it('that documents name exist', () => {
    const source = sources().map(textOf).join('\n');
    const named = DOCUMENTS.flatMap((path) => textOf(path).match(/\btruyvet_[a-z_]+\b/g) ?? []);
    expect(named.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
    expect(named.length).toBeGreaterThan(3);
  });
});

describe('The commands that the program suggests', () => {
  it('exist, and so do their options', () => {
    const wrong = sources().flatMap((path) => wrongCommands(textOf(path)).map((command) => `${path}: ${command}`));
    expect(wrong).toEqual([]);
  });
});

/** Commands of the program in a text that have unknown words or options. */
function wrongCommands(text: string): string[] {
  const shown = [...text.matchAll(/npx truyvet((?: [^\s`'"\\,;:#()]+)+)/g)].map(([, words = '']) => words.trim());
  return shown.filter((line) => {
    const called: Command[] = [commandLine()];
    let isValue = false;
    for (const word of line.split(/ +/)) {
      const command = called.at(-1) as Command;
      const name = /^--?[a-z][\w-]*/.exec(word.replace(/^\[/, ''))?.[0];
      if (name !== undefined) {
        const option = [...called, ...defaultOf(command)]
          .flatMap(({ options }) => options)
          .find(({ long, short }) => [long, short].includes(name));
        if (!option && name !== '--help') return true;
        isValue = option !== undefined && (option.required || option.optional);
      } else if (isValue) isValue = false;
      else if (command.commands.length > 0) {
        // `release|refuse` are two commands.
        const words = word.replace(/[[\]]/g, '').split('|');
        const next = words.map((each) => command.commands.find((one) => one.name() === each));
        if (next[0] && next.every((each) => each !== undefined)) called.push(next[0]);
        else return /^[a-z][a-z|-]*$/.test(word) && command.registeredArguments.length === 0;
      }
    }
    return false;
  });
}

/** The default command, if the words end before it. */
function defaultOf(command: Command): Command[] {
  const { _defaultCommandName: name } = command as { _defaultCommandName?: string | null };
  return command.commands.filter((each) => each.name() === name);
}

/** Names of the tests in a file, each after the names of its parents. */
function testsIn(path: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node, within: string): void => {
    let name = within;
    if (ts.isCallExpression(node) && /^\(?\s*(?:\w+ \? )?(?:describe|it|each)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) {
        name = `${within} ${title.getText().slice(1, -1).replaceAll(/\\(.)/g, '$1')}`;
        found.push(name);
      }
    }
    ts.forEachChild(node, (child) => visit(child, name));
  };
  visit(ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true), '');
  return found;
}

/** Whether a quotation matches the name of a test; parts of the name may be left out. */
function isQuoted(name: string, quoted: string): boolean {
  let at = 0;
  return quoted.split(/…|\.\.\.| › /).every((part) => {
    const found = name.indexOf(part.trim(), at);
    at = found + part.trim().length;
    return found >= 0;
  });
}

describe('docs/mended.md', () => {
  const rows = textOf('docs/mended.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:case or row|---)/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  it('says for each row what the program did, what it does, and which test checks it', () => {
    expect(rows.length).toBeGreaterThan(90);
    expect(rows.filter((cells) => cells.length !== 4 || cells.some((cell) => cell === ''))).toEqual([]);
  });

  it('names existing tests', () => {
    const files = testFiles().filter((name) => name.endsWith('.ts'));
    const tests = new Map<string, string[]>();
    const missing = rows.flatMap(([what = '', , , by = '']) =>
      (by.match(/(?:"[^"]*"|[^;"])+/g) ?? []).flatMap((part) => {
        if (NO_TEST.some((none) => part.trim().startsWith(none))) return [];
        const [, file = '', quoted = ''] = /^\s*([\w./-]+\.ts)(?:: (.*))?$/s.exec(part) ?? [];
        if (!files.includes(file)) return [`${what}: ${part}`];
        if (!tests.has(file)) tests.set(file, testsIn(file));
        return [...quoted.matchAll(/"([^"]+)"/g)].flatMap(([, title = '']) =>
          tests.get(file)?.some((test) => isQuoted(test, title)) ? [] : [`${what}: ${file}: ${title}`],
        );
      }),
    );
    expect(missing).toEqual([]);
  });

  (existsSync(CASES) ? it : it.skip)(`has each case and each row for now (skipped where ${CASES} is absent)`, () => {
    const folders = readdirSync(CASES, { withFileTypes: true }).flatMap((each) =>
      each.isDirectory() ? [each.name] : [],
    );
    const numbered = ['security', 'newcomer'].flatMap((page) =>
      [...textOf(join(CASES, `${page}.md`)).matchAll(/^\| (\d+) \| now\b/gm)].map(([, number]) => `${page} ${number}`),
    );
    const named = rows.map(([what = '']) => what).join('\n');
    const lacking = [...folders, ...numbered].filter((name) => !new RegExp(`\\b${name}\\b(?!-)`).test(named));
    expect(lacking).toEqual([]);
  });
});
