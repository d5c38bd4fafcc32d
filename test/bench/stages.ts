import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peakMegabytes } from './machine.js';
import { loadGraph } from './graph-load.js';
import { readRows } from './intake.js';
import { askQuestions } from './questions.js';
import { retrace } from './retrace.js';
import { traceInMemory, traceOnGraph } from './trace-ways.js';
import { traceOnPostgres } from './postgres.js';

/** Stages that run in separate processes, so that their memory and processor time are measured separately. */
const stages = { readRows, loadGraph, traceInMemory, traceOnGraph, traceOnPostgres, retrace, askQuestions };

type Stages = typeof stages;
type Input<Name extends keyof Stages> = Parameters<Stages[Name]>[0];
type Result<Name extends keyof Stages> = Awaited<ReturnType<Stages[Name]>>;

interface Ran<Name extends keyof Stages> {
  result: Result<Name>;
  peak: number | undefined;
}

/** Runs a stage in a new process; its input and result are plain data. The peak memory is that of this process. */
export function runStage<Name extends keyof Stages>(name: Name, input: Input<Name>): Promise<Ran<Name>> {
  return runIn(fileURLToPath(import.meta.url), name, input);
}

/** The same, with the build of another checkout. */
export function runStageOf<Name extends keyof Stages>(
  root: string,
  name: Name,
  input: Input<Name>,
): Promise<Ran<Name>> {
  return runIn(join(root, 'dist/test/bench/stages.js'), name, input);
}

function runIn<Name extends keyof Stages>(file: string, name: Name, input: Input<Name>): Promise<Ran<Name>> {
  const child = fork(file, [], { serialization: 'advanced' });
  return new Promise((resolve, reject) => {
    child.once('message', (answer: Ran<Name>) => resolve(answer));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${String(code)}`)));
    child.send({ name, input });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', ({ name, input }: { name: keyof Stages; input: never }) => {
    void (async () => {
      const result = await stages[name](input);
      process.send?.({ result, peak: peakMegabytes(process.pid) }, () => process.disconnect());
    })();
  });
}
