// Prints the path of another version of Node that the program supports: 24, or 20 if this one is 24. The first call
// fetches it into `.truyvet-node`. If that fails, it prints in one line what is lacking, and its exit code is 1.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import process from 'node:process';

const FOLDER = '.truyvet-node';
/** Milliseconds for the package, which has some 40 MB. */
const FETCHING = 300_000;

const version = process.versions.node.startsWith('24.') ? '20.19.6' : '24.22.3';
// The package `node` fetches its program by an install script, which is not run here; this package contains the program.
const name = `node-${process.platform}-${process.arch}`;
const program = resolve(FOLDER, 'node_modules', name, 'bin', 'node');

/** Whether the program is there, is of this version and runs on this machine. */
function runs() {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8' }).trim() === `v${version}`;
  } catch {
    return false;
  }
}

function fetchIt() {
  const args = ['install', '--prefix', FOLDER, '--no-save', '--ignore-scripts', `${name}@${version}`];
  try {
    execFileSync('npm', args, { stdio: 'ignore', timeout: FETCHING });
  } catch {
    // Whether it is there is asked afterwards.
  }
}

if (!runs()) fetchIt();
if (runs()) {
  console.log(program);
} else {
  console.log(`Node ${version} could not be fetched for this machine by npm (${name})`);
  process.exitCode = 1;
}
