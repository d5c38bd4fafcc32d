#!/usr/bin/env node
// Writes the program's current output into the documents that show it, so that the examples are never outdated:
//   node scripts/show-runs.mjs demo [FILE]     a small demo for the README: runs it, or takes the output of such a run
//   node scripts/show-runs.mjs examples        the commands after a "$" in docs/, on the files of docs/example
//   node scripts/show-runs.mjs examples --check     writes nothing, and exits with 1 if the output differs
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = join(ROOT, 'README.md');
const HEADING = '## What a run looks like';
const WIDTH = 118;
/** Documents with commands after a "$", in the order in which their commands are run. */
const EXAMPLES = ['docs/questions.md', 'docs/tasks.md'];
/** The time at which the example takes place: its cases fell ill in August 2021. */
const CLOCK = '2021-08-14T10:00:00+07:00';
const PROGRAM = join(ROOT, 'bin/truyvet.js');
const SHOWN = '    $ npx truyvet ';

const [what, given] = process.argv.slice(2);
if (what === 'demo') showDemo(given);
else if (what === 'examples') await showExamples(given === '--check');
else throw new Error('say which: demo [FILE], or examples [--check]');

function showDemo(file) {
  const printed = file
    ? readFileSync(file, 'utf8')
    : execFileSync('npm', ['run', '--silent', 'demo', '--', '--exit', '--people', '500'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
  const readme = readFileSync(README, 'utf8');
  const from = readme.indexOf('```\n', readme.indexOf(HEADING)) + 4;
  const until = readme.indexOf('```', from);
  if (from < 4 || until < 0) throw new Error(`the README has no block of code under "${HEADING}"`);
  writeFileSync(README, `${readme.slice(0, from)}${shortened(printed)}\n${readme.slice(until)}`);
}

/**
 * Keeps the steps and their results. Leaves out how services start and stop and how long things took, and all but the
 * first item of long lists.
 */
function shortened(text) {
  const lines = [];
  let sameKind = 0;
  let kind = '';
  for (const line of text.split('\n')) {
    if (/^What each stage took/.test(line)) break;
    if (/^(Event log|Redis|Neo4j|Removing|Stopp|Waiting|Rejected|The clock|\d+ rows stored)/.test(line)) continue;
    const now = /^ {4}(F\d)/.exec(line)?.[1] ?? '';
    sameKind = now !== '' && now === kind ? sameKind + 1 : 0;
    kind = now;
    if (sameKind < 2) lines.push(...broken(line.replace(/, in [\d.]+ s \(\d+ rows\/s\)/, '')));
    else if (sameKind === 2) lines.push('    ...');
  }
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Breaks a line at blanks and keeps its indentation. */
function broken(line) {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const rows = [];
  let rest = line;
  while (rest.length > WIDTH) {
    const at = rest.lastIndexOf(' ', WIDTH);
    if (at <= indent.length) break;
    rows.push(rest.slice(0, at));
    rest = indent + rest.slice(at + 1);
  }
  return [...rows, rest];
}

/** Starts a separate installation, imports the files, runs each command that is shown, and stops the installation. */
async function showExamples(check) {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-example-'));
  const own = { TRUYVET_DATA: dataDir, TRUYVET_CLOCK: CLOCK, TRUYVET_PORT: '0', TRUYVET_LOG_LEVEL: 'warn' };
  const small = { TRUYVET_NEO4J_HEAP: '1g', TRUYVET_NEO4J_PAGECACHE: '128m', TRUYVET_DOCKER: 'no' };
  const env = { ...process.env, ...small, ...own };
  const truyvet = (...args) => run(args, env);
  const start = spawn(process.execPath, [PROGRAM, 'start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(start, 'exit');
  let differs = false;
  try {
    await running(start);
    for (const kind of ['people', 'check-ins']) await truyvet('import', kind, `docs/example/${kind}.csv`);
    await truyvet('import', 'results', 'docs/example/results.csv', '--wait');
    for (const file of EXAMPLES) {
      const before = readFileSync(join(ROOT, file), 'utf8');
      const now = await shownAnew(before, truyvet);
      if (now === before) continue;
      differs = true;
      if (check) process.stderr.write(`${file} shows what the program does not print:\n${difference(before, now)}`);
      else writeFileSync(join(ROOT, file), now);
    }
  } finally {
    start.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
  if (check && differs) process.exitCode = 1;
}

async function running(start) {
  let said = '';
  for await (const text of start.stdout.iterator({ destroyOnReturn: false })) {
    said += text;
    if (said.includes('Truyvet is running')) break;
  }
  start.stdout.resume();
  if (!said.includes('Truyvet is running')) throw new Error(`nothing runs:\n${said}`);
}

function run(args, env) {
  return new Promise((done, failed) => {
    execFile(process.execPath, [PROGRAM, ...args], { cwd: ROOT, env }, (error, stdout, stderr) =>
      error ? failed(new Error(`truyvet ${args.join(' ')}\n${stdout}${stderr}`)) : done(stdout),
    );
  });
}

/** The document with the current output below each command, up to a blank line or the next command. */
async function shownAnew(text, truyvet) {
  const lines = text.split('\n');
  const shown = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    shown.push(line);
    if (!line.startsWith(SHOWN)) continue;
    const words = line.slice(SHOWN.length).match(/"[^"]*"|\S+/g) ?? [];
    const printed = await truyvet(...words.map((word) => word.replace(/^"(.*)"$/, '$1')));
    for (const each of printed.trimEnd().split('\n')) shown.push(`    ${each}`);
    while (lines[i + 1]?.startsWith('    ') && !lines[i + 1].startsWith('    $')) i++;
  }
  return shown.join('\n');
}

function difference(before, now) {
  const [old, anew] = [before.split('\n'), now.split('\n')];
  const gone = old.filter((line) => !anew.includes(line)).map((line) => `- ${line}\n`);
  return [...gone, ...anew.filter((line) => !old.includes(line)).map((line) => `+ ${line}\n`)].join('');
}
