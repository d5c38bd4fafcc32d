import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';

const PAGE = 'docs/adding-a-module.md';
/** Tries what the page says about the program as a whole with the module of the page. */
const HOUSE = `
import { describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { foundItems } from '../../../projections/found-items.js';
import { registerRequest } from '../../../src/cli/bind.js';
import { assemble } from '../../../src/entrypoints/boot.js';
import { graphTypesOf } from '../../../src/entrypoints/graph-types.js';
import { MODULES } from '../../../src/entrypoints/modules.js';
import { lostAndFound } from '../../../src/lost-and-found/module.js';
import { Contexts } from '../../../src/requests/context.js';
import { keysOf } from '../../support/asking.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { SPECIFIED } from '../../support/projection-spec.js';
import { foundItemRows } from '../../integration/found-items.js';

// Here is no graph to run it against.
describe.skip('The example of its projection', () => {
  foundItemRows(() => {
    throw new Error('There is no graph.');
  });
});

it('has an example of its projection that counts, though it stands in a file of its own', () => {
  expect([...SPECIFIED]).toEqual([foundItems.name]);
});

it('is taken in by one line', async () => {
  const program = await assemble([...MODULES, lostAndFound]);
  expect(program.catalogue.of('ItemFound')).toBeDefined();
  expect((await graphTypesOf(program, 'UTC')).facts.map(({ name }) => name)).toContain('found-items');
});

it('is asked on the command line', async () => {
  const store = new MemoryEventStore();
  const context = new Contexts({ store, ...keysOf(store), zone: 'UTC' }).for({ source: 'cli' });
  const said = jest.spyOn(console, 'log').mockReturnValue();
  for (const line of ['find i1 --place-id cafe --what umbrella', 'give-back i1 --place-id cafe --person-id An']) {
    const program = new Command();
    for (const request of lostAndFound.requests ?? []) {
      registerRequest(program, request, () => Promise.resolve((_, use) => use(context, { zone: 'UTC' })));
    }
    await program.parseAsync(['items', ...line.split(' ')], { from: 'user' });
  }
  expect(said.mock.calls).toEqual([['Noted.'], ['Given back to An.']]);
});
`;

/** The code blocks of the page by the file that the first line of each names. */
const blocks = new Map(
  [...readFileSync(PAGE, 'utf8').matchAll(/^```\w+\n\/\/ (\S+)\n([^]*?)^```$/gm)].map(([, file = '', code = '']) => [
    file,
    code,
  ]),
);
blocks.set('test/unit/lost-and-found/house.test.ts', HOUSE);

/** Inside the repository, because imports refer to the program's files unless the page has a file of that name. */
const folder = resolve('.truyvet-page');
/** Milliseconds for a compiler on a busy machine. */
const SLOWEST = 300_000;
/** The configuration of the unit tests, for the tests on the page. */
const CONFIG = `
import { resolve } from 'node:path';
import config from '../jest.config.mjs';
const own = { rootDir: resolve('.'), testMatch: ['${folder}/test/{unit,api}/**/*.test.ts'] };
export default { ...config.projects[0], ...own, testPathIgnorePatterns: [], modulePathIgnorePatterns: [] };
`;
const run = promisify(execFile);
const node = (...args: string[]) => run(process.execPath, args).catch((error: unknown) => error as { stdout: string });

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const [file, code] of blocks) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    const led = code.replace(/(?<=(?:from |import\()')\.[^']+(?=')/g, (name) => {
      const meant = join(dirname(file), name);
      return blocks.has(meant.replace(/\.js$/, '.ts')) ? name : relative(dirname(path), meant);
    });
    writeFileSync(path, led);
  }
  const files = [...blocks.keys()].filter((file) => file.endsWith('.ts'));
  // Declarations that the whole program finds by its folders.
  files.push('../packages/message-gateway/src/providers/smpp-library.d.ts');
  // Unchanged files are not compiled again.
  const tsBuildInfoFile = '../node_modules/.cache/page.tsbuildinfo';
  const config = { extends: '../tsconfig.json', compilerOptions: { tsBuildInfoFile }, include: [], files };
  writeFileSync(join(folder, 'jest.config.mjs'), CONFIG);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('The page on adding a module', () => {
  it(
    "has code that compiles under the program's rules",
    async () => {
      expect(await node('node_modules/typescript/bin/tsc', '-p', folder)).toMatchObject({ stdout: '' });
    },
    SLOWEST,
  );

  it(
    'has code whose tests pass, over HTTP and on the command line too',
    async () => {
      const answer = join(folder, 'answer.json');
      const ran = await node(
        ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '-i'],
        ...['--config', join(folder, 'jest.config.mjs'), '--json', '--outputFile', answer],
      );
      const passed = existsSync(answer) ? (JSON.parse(readFileSync(answer, 'utf8')) as object) : ran;
      expect(passed).toMatchObject({ success: true, numPassedTests: 9 });
    },
    SLOWEST,
  );

  it('names a migration with an unused number', () => {
    const [migration = ''] = [...blocks.keys()].filter((file) => file.startsWith('migrations/'));
    const numberOf = (file: string) => /^(\d{4})-/.exec(basename(file))?.[1];
    expect(numberOf(migration)).toBeDefined();
    expect(readdirSync('migrations').filter((file) => numberOf(file) === numberOf(migration))).toEqual([]);
    const modules = [...blocks.keys()].flatMap((file) => /^src\/([^/]+)\/module\.ts$/.exec(file)?.[1] ?? []);
    expect(modules.filter((name) => basename(migration).slice(5).startsWith(`${name}-`))).toHaveLength(1);
  });
});
