#!/usr/bin/env node
// Writes what a run of the demo prints into the README, so that no number there is anybody's memory:
//   node scripts/show-runs.mjs          runs `npm run demo -- --exit` and writes it
//   node scripts/show-runs.mjs FILE     writes what such a run printed before
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../README.md', import.meta.url);
const HEADING = '## What a run looks like';
const WIDTH = 118;

const file = process.argv[2];
const printed = file
  ? readFileSync(file, 'utf8')
  : execFileSync('npm', ['run', '--silent', 'demo', '--', '--exit'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });

/** Steps with what they found; how services come up and go down is left out, and of long lists all but the first. */
function shortened(text) {
  const lines = [];
  let sameKind = 0;
  let kind = '';
  for (const line of text.split('\n')) {
    if (/^Where to look next/.test(line)) break;
    if (
      /^(Event log|Redis|Neo4j|Removing|Stopp|Waiting|Rejected|The clock|\d+ rows stored)/.test(line) &&
      !/^Neo4j: ready/.test(line)
    )
      continue;
    const now = /^ {4}(F\d)/.exec(line)?.[1] ?? '';
    sameKind = now !== '' && now === kind ? sameKind + 1 : 0;
    kind = now;
    if (sameKind < 2) lines.push(...broken(line));
    else if (sameKind === 2) lines.push('    ...');
  }
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** At blanks, with the indentation of the line. */
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

const readme = readFileSync(README, 'utf8');
const from = readme.indexOf('```\n', readme.indexOf(HEADING)) + 4;
const until = readme.indexOf('```', from);
if (from < 4 || until < 0) throw new Error(`the README has no block of code under "${HEADING}"`);
writeFileSync(README, `${readme.slice(0, from)}${shortened(printed)}\n${readme.slice(until)}`);
