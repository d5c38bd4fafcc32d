import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { ImportSummary } from '../../src/intake/import-rows.js';
import type { Kind } from './rows.js';
import { addProfile, builtInProfiles } from '../../src/cases/profiles.js';
import { openRuntime, type Runtime } from '../../src/entrypoints/runtime.js';
import { readConfig, type Config } from '../../src/platform/config.js';
import { type ServiceName, servicesDown, servicesUp } from '@truyvet/local-services';
import { isAlive } from '@truyvet/local-services/machine';
import { readState } from '@truyvet/local-services/state';
import { testEnvironment } from './environment.js';
import { warmGraph, type WarmGraph } from './warm-graph.js';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
}

/** The same for all, so that the outcomes of two installations can be compared, blind indexes of phones included. */
const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
/** The build to run: that of this checkout, or of the given folder. */
const COMMAND = resolve(process.env['CRASH_ROOT'] ?? '.', 'bin/truyvet.js');

/** A whole installation as a user runs it: services, parts and commands as separate processes. */
export class System {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'truyvet-system-'));
  readonly config: Config;
  readonly parts: Part[] = [];
  /** Running imports. */
  readonly importing = new Set<ChildProcess>();
  /** Unexpected events: parts that ended by themselves. */
  readonly surprises: string[] = [];
  readonly counts = { imports: 0, importsRepeated: 0 };
  /** The environment of parts that are started from now on, in addition to that of every process. */
  partsEnv: NodeJS.ProcessEnv = {};
  readonly #env: NodeJS.ProcessEnv;

  private constructor(
    more: NodeJS.ProcessEnv,
    private readonly graph: WarmGraph | undefined,
  ) {
    if (!existsSync(COMMAND)) throw new Error('Run npm run build first: this test runs the command.');
    const own = {
      TRUYVET_DATA: this.dataDir,
      TRUYVET_MASTER_KEY: MASTER_KEY,
      // With several cases, the one that a message is about depends on speed; and rounds send more alerts than usual.
      TRUYVET_ALERT_MERGE_HOURS: '0',
      TRUYVET_ALERT_GATHER_MINUTES: '0',
      TRUYVET_BRAKE_CONTACTS: '1000000',
      TRUYVET_BRAKE_DAILY: '1000000',
      TRUYVET_PHONE_DAILY: '1000',
      // The facts of rounds are of these days, so that their advice is not over.
      TRUYVET_CLOCK: '2021-08-08T09:00:00+07:00',
      ...graph?.env,
      ...more,
    };
    this.#env = testEnvironment(own);
    this.config = readConfig(own);
    // Services that the test itself restarts have the same clock.
    if (this.config.clock === undefined) delete process.env['TRUYVET_CLOCK'];
    else process.env['TRUYVET_CLOCK'] = this.config.clock;
    mkdirSync(join(this.dataDir, 'logs'), { recursive: true });
  }

  /**
   * Starts services, and these parts by name: `projector-1`, `worker-1` and so on; `env` is for every process.
   * @param ownGraph uses a separate Neo4j, to kill it or to watch it start; others use one that has run before.
   */
  static async start(
    parts: readonly string[],
    env: NodeJS.ProcessEnv = {},
    { ownGraph = false } = {},
  ): Promise<System> {
    const system = new System(env, ownGraph ? undefined : await warmGraph());
    try {
      const { code } = await system.command(['services', 'up', '--install']);
      if (code !== 0) throw new Error(`the services of ${system.dataDir} did not start`);
      for (const name of parts) system.parts.push(new Part(name, system));
      return system;
    } catch (error) {
      await system.remove({ keep: true });
      throw error;
    }
  }

  /** Starts a command; its standard error goes to the log with that name. */
  spawn(args: readonly string[], log: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
    const file = openSync(join(this.dataDir, 'logs', `${log}.log`), 'a');
    try {
      return spawn(process.execPath, [COMMAND, ...args], {
        env: { ...this.#env, ...env },
        stdio: ['ignore', 'pipe', file],
      });
    } finally {
      closeSync(file);
    }
  }

  /** Runs a command to its end; `env` is for this command only. */
  async command(
    args: readonly string[],
    watch: (child: ChildProcess) => void = () => undefined,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Ended> {
    const child = this.spawn(args, 'commands', env);
    watch(child);
    return ended(child);
  }

  /**
   * Imports a file as a person would: once more if the command is killed or gives up.
   * @param again waits before that.
   */
  async import(
    kind: Kind,
    file: string,
    again: () => Promise<void> = () => delay(200),
    { wait = true } = {},
  ): Promise<ImportSummary> {
    const args = ['import', kind, file, '--json', ...(wait ? ['--wait'] : [])];
    for (;;) {
      const result = await this.command(args, (child) => {
        this.importing.add(child);
        child.once('exit', () => this.importing.delete(child));
      });
      if (result.code === 0) {
        this.counts.imports++;
        return JSON.parse(result.stdout) as ImportSummary;
      }
      if (result.signal !== 'SIGKILL' && result.code !== 1) {
        throw new Error(`the import of ${file} ended with ${result.code ?? result.signal}: ${result.stdout}`);
      }
      this.counts.importsRepeated++;
      await again();
    }
  }

  /** The process id of a service; undefined if there is none. */
  servicePid(name: ServiceName): number | undefined {
    const run = readState(this.dataDir)[name]?.run;
    return run && 'pid' in run && isAlive(run) ? run.pid : undefined;
  }

  /** @param killing whether starting services may be killed meanwhile: then they are started once more. */
  async servicesUp(killing: () => boolean = () => false): Promise<void> {
    for (;;) {
      const excused = killing();
      try {
        await servicesUp({ config: this.config });
        return;
      } catch (error) {
        if (!excused) throw error;
      }
    }
  }

  part(name: string): Part {
    const found = this.parts.find((part) => part.name === name);
    if (!found) throw new Error(`there is no part ${name}`);
    return found;
  }

  /** Adds rules with a trace to F2, tests and a follow-up; today's rules ask for little of that. */
  async addRules(): Promise<void> {
    const rules = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053');
    if (!rules) throw new Error('the rules of 2020 do not ship any more');
    await this.look(({ store }) => addProfile(store, { ...rules, id: 'of-tests', authority: 'own' }));
  }

  /** Gives the test access to the log, Redis and the graph. */
  async look<T>(run: (runtime: Runtime) => Promise<T>): Promise<T> {
    const runtime = await openRuntime(this.config, pino({ level: 'silent' }));
    try {
      return await run(runtime);
    } finally {
      await runtime.close();
    }
  }

  /** Stops everything. The data is kept for inspection if the test failed. */
  async remove({ keep = false } = {}): Promise<void> {
    for (const child of this.importing) child.kill('SIGKILL');
    await Promise.all(this.parts.map((part) => part.end('SIGKILL')));
    await servicesDown({ config: this.config });
    await this.graph?.release();
    if (keep) console.error(`The data of the failed run, with the logs of its processes: ${this.dataDir}`);
    else rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** A projector or a worker that is restarted whenever it ends, until it is stopped permanently. */
export class Part {
  #child: ChildProcess;
  #wanted = true;
  readonly #role: string;

  constructor(
    readonly name: string,
    private readonly system: System,
  ) {
    this.#role = name.replace(/-\d+$/, '');
    this.#child = this.#spawn();
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Stops it permanently, or until `again`. Returns how long that took, too. */
  async end(signal: NodeJS.Signals): Promise<Ended & { ms: number }> {
    this.#wanted = false;
    const began = performance.now();
    const result = this.running ? ended(this.#child) : { code: this.#child.exitCode, signal: null, stdout: '' };
    this.#child.kill(signal);
    return { ...(await result), ms: performance.now() - began };
  }

  again(): void {
    this.#wanted = true;
    this.#child = this.#spawn();
  }

  #spawn(): ChildProcess {
    const child = this.system.spawn([this.#role], this.name, this.system.partsEnv);
    let ran = false;
    child.stdout?.on('data', (text: Buffer) => (ran ||= text.includes('is running')));
    child.once('exit', (code, signal) => {
      if (!this.#wanted) return;
      // A part that finds a service down at its start reports it and ends; a part that was running waits for the
      // service.
      if (ran || code !== 1) this.system.surprises.push(`${this.name} ended by itself: ${code ?? signal}`);
      // As a supervisor would.
      setTimeout(() => {
        if (this.#wanted && !this.running) this.#child = this.#spawn();
      }, 300);
    });
    return child;
  }
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()));
  return new Promise((done) => child.once('close', (code, signal) => done({ code, signal, stdout })));
}
