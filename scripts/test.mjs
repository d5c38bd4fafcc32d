// Runs the tests, and beside them, in the time that they wait for processes, everything that looks at the code without
// running it. What that found is said at once, and again at the end; the exit code is 1 when either failed.
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import process from 'node:process';

const ended = (child) => new Promise((done) => child.once('close', (code) => done(code === 0)));

const lint = spawn(process.execPath, ['scripts/lint.mjs', '--one-at-a-time'], { stdio: ['ignore', 'pipe', 'inherit'] });
setPriority(lint.pid, constants.priority.PRIORITY_LOW);
const said = [];
lint.stdout.on('data', (text) => said.push(text));
const clean = ended(lint).then((well) => {
  if (!well) sayWhatWasFound();
  return well;
});

const jest = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', 'scripts/jest.mjs', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => [jest, lint].forEach((child) => child.kill(signal)));
}

const [passed, well] = await Promise.all([ended(jest), clean]);
if (well) process.stderr.write('npm run lint: nothing found\n');
else sayWhatWasFound();
process.exitCode = passed && well ? 0 : 1;

function sayWhatWasFound() {
  process.stderr.write(`npm run lint:\n${Buffer.concat(said).toString()}`);
}
