// Runs all static checks, as many at once as there are processors, because each uses one. The output of a check is
// printed when it has ended; the exit code is 1 if any check found a problem.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { delimiter, resolve } from 'node:path';

// The slowest check comes first.
const CHECKS = [
  'eslint .',
  'tsc -p tsconfig.json',
  'prettier --check --cache .',
  'tsc -p src/console/web',
  'depcruise --config .dependency-cruiser.cjs src projections packages',
];

const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}${delimiter}${process.env.PATH}` };

function run(check) {
  return new Promise((done) => {
    const child = spawn(check, { shell: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => said.push(text));
    child.once('close', (code) => {
      process.stdout.write(`> ${check}\n${Buffer.concat(said).toString()}${code === 0 ? '' : `ended with ${code}\n`}`);
      done(code === 0);
    });
  });
}

const waiting = [...CHECKS];
let well = true;
async function work() {
  for (let next; (next = waiting.shift());) well = (await run(next)) && well;
}
await Promise.all(Array.from({ length: Math.min(availableParallelism(), CHECKS.length) }, work));
process.exitCode = well ? 0 : 1;
