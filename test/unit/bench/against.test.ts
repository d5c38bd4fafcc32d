import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as Against from '../../bench/against.js';
import type { Scale } from '../../bench/cities.js';
import type { Row } from '../../bench/rows.js';
import type { OnGraph, Timed } from '../../bench/trace-ways.js';

const OURS = resolve('.');
const THEIRS = mkdtempSync(join(tmpdir(), 'truyvet-other-build-'));
afterAll(() => rmSync(THEIRS, { recursive: true }));
const SCALE: Scale = { people: 10, days: 1, cases: 2, checkIns: 0 };

/** The runs by build, in order. */
let ran: string[] = [];
let graphs = 0;
/** What each build finds and how long it takes, in each of its rounds. */
let found: (root: string, round: number) => OnGraph;
/** The report of a part of the bench. */
let reported: (root: string, round: number) => { rows: Row[]; problems: string[] };

const nameOf = (root: string) => (root === OURS ? 'ours' : 'theirs');
const roundOf = (what: string) => ran.filter((each) => each === what).length - 1;
const timed = (ms: number, people = 'p'): Timed => ({ ms, namesMs: 0, f1: 1, f2: 1, people, all: people });
const onGraph = (...cases: Timed[]): OnGraph => ({ nothing: cases, cold: cases, warm: cases });

jest.mock('../../bench/installation.js', () => ({
  withServices: (_only: unknown, work: (installation: object) => Promise<unknown>) =>
    work({ urls: { neo4j: `graph ${++graphs}` }, pidOf: () => Promise.resolve(1) }),
}));
jest.mock('../../bench/stages.js', () => ({
  runStage: () => Promise.resolve({ result: [timed(1), timed(1)] }),
  runStageOf: (root: string, stage: string, { neo4j }: { neo4j: string }) => {
    const what = `${stage} of ${nameOf(root)} on ${neo4j}`;
    ran.push(what);
    return Promise.resolve({ result: found(root, roundOf(what)) });
  },
}));
jest.mock('../../bench/intake.js', () => ({
  registerName: (kind: string) => `new ${kind}`,
  importRegisters: (root: string, rows: number) => {
    ran.push(`${rows} rows of each register by ${nameOf(root)}`);
    return Promise.resolve({ people: { perSecond: root === OURS ? 900 : 300 }, places: { perSecond: 500 } });
  },
}));
jest.mock('node:child_process', () => ({
  execFile: (_node: string, [script = '']: string[], { cwd }: { cwd: string }, done: (error: null) => void) => {
    const root = resolve(script, '../../../..');
    const what = `part of ${nameOf(root)}`;
    ran.push(what);
    // The program and what imitates a provider are found from there.
    if (cwd !== root) throw new Error(`the bench of ${root} runs in ${cwd}`);
    const folder = join(cwd, 'bench-results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `report-${ran.length}.json`), JSON.stringify(reported(root, roundOf(what))));
    done(null);
  },
}));

/** Mocks must exist before the module is loaded. */
let bench: typeof Against;
beforeAll(async () => {
  bench = await import('../../bench/against.js');
});
beforeEach(() => {
  ran = [];
  graphs = 0;
  found = () => onGraph(timed(10), timed(20));
  reported = () => ({ rows: [], problems: [] });
});

describe('Two builds that trace the same cases', () => {
  const against = (rounds = 3) => bench.traceAgainst(THEIRS, 'sparse', SCALE, rounds);

  it('fill a graph each and take turns, and neither always goes first', async () => {
    await against();
    expect(ran).toEqual([
      'loadGraph of ours on graph 1',
      'loadGraph of theirs on graph 2',
      'traceOnGraph of ours on graph 1',
      'traceOnGraph of theirs on graph 2',
      'traceOnGraph of theirs on graph 2',
      'traceOnGraph of ours on graph 1',
      'traceOnGraph of ours on graph 1',
      'traceOnGraph of theirs on graph 2',
    ]);
  });

  it('are compared by the ratio of the same cases', async () => {
    found = (root) => (root === OURS ? onGraph(timed(10), timed(20)) : onGraph(timed(20), timed(40)));
    const { rows, problems } = await against();
    expect(problems).toEqual([]);
    expect(rows.map(({ figures: [ratio] }) => ratio)).toEqual([0.5, 0.5, 0.5]);
    expect(rows[0]?.beside).toContain('2 pairs: better');
  });

  it('are no problem if both find what the floor does', async () => {
    expect((await against()).problems).toEqual([]);
  });

  it('are reported to differ, case by case, if the other one finds somebody else', async () => {
    found = (root) => onGraph(timed(10), timed(20, root === OURS ? 'p' : 'somebody else'));
    expect((await against()).problems).toEqual(
      ['nothing', 'cold', 'warm'].map((way) => `sparse, case 1: ${way} of the two builds differ`),
    );
  });

  it('are wrong if ours finds somebody else than the floor in any round', async () => {
    found = (root, round) => onGraph(timed(10, root === OURS && round === 2 ? 'somebody else' : 'p'), timed(20));
    expect((await against()).problems).toEqual(
      ['nothing', 'cold', 'warm'].map((way) => `sparse, case 0: ${way} and floor differ`),
    );
  });
});

describe('A part of the bench by two builds', () => {
  const row = (name: string, figure: number, unit: string): Row => ({
    ...{ group: 'log', name, figures: [figure, 0], unit, beside: '' },
  });
  const part = (rounds = 2) => bench.partAgainst(THEIRS, 'log', [], rounds);

  it('is run in turns, and compared row by row', async () => {
    reported = (root) => ({
      rows: [row('appends', root === OURS ? 200 : 100, 'events/s'), row('a read', root === OURS ? 6 : 2, 'ms')],
      problems: [],
    });
    const reports = () => (existsSync('bench-results') ? readdirSync('bench-results') : []);
    const before = reports();
    const { rows } = await part();
    expect(reports()).toEqual(before);
    expect(ran).toEqual(['part of ours', 'part of theirs', 'part of theirs', 'part of ours']);
    expect(rows.map(({ name, figures, beside }) => [name, ...figures, beside?.split(': ')[1]])).toEqual([
      ['appends', 2, 'better'],
      ['a read', 3, 'worse'],
    ]);
  });

  it('reports errors in either, and leaves out rows that the other build does not have', async () => {
    reported = (root) =>
      root === OURS
        ? { rows: [row('new', 1, 'ms')], problems: ['ours is wrong'] }
        : { rows: [], problems: ['theirs is wrong'] };
    expect(await part(1)).toEqual({ rows: [], problems: ['ours is wrong', 'the other build: theirs is wrong'] });
  });
});

describe('The intake of two builds', () => {
  it('is compared by their own commands, also if the bench of the other one does not measure it', async () => {
    const { rows, problems } = await bench.intakeAgainst(THEIRS, { registered: 7, read: 1 }, 2);
    expect(ran.map((what) => what.replace('7 rows of each register by ', ''))).toEqual([
      ...['ours', 'theirs', 'theirs', 'ours'],
    ]);
    expect(rows.map(({ name, figures, beside }) => [name, ...figures, beside?.split(': ')[1]])).toEqual([
      ['new people', 3, 'better'],
      ['new places', 1, 'no difference seen'],
    ]);
    expect(problems).toEqual([]);
  });
});

describe('The other build', () => {
  it('must not be this checkout or a folder without a built bench', () => {
    expect(() => bench.checkOther('.')).toThrow('name another one');
    expect(() => bench.checkOther('/nowhere')).toThrow('npm ci && npx tsc -p tsconfig.bench.json');
  });
});
