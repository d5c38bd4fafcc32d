import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { choosePort } from '@truyvet/local-services/machine';
import type { Victim } from '../crash-killer.js';
import type { AcceptedMessage, HttpFault } from '../../../packages/message-gateway/test/simulators/http-simulator.mjs';

const SIMULATOR = fileURLToPath(
  new URL('../../../packages/message-gateway/test/simulators/http-simulator.mjs', import.meta.url),
);

/** A message gateway as a separate process that stores accepted messages in a file. */
export class Gateway {
  /** Emits `held` for each message that was accepted and is not answered yet, because of the fault with that name. */
  readonly moments = new EventEmitter();
  #child: ChildProcess | undefined;

  private constructor(
    readonly name: string,
    private readonly file: string,
    readonly port: number,
  ) {}

  static async start(name: string, file: string): Promise<Gateway> {
    const gateway = new Gateway(name, file, await choosePort(undefined, new Set()));
    await gateway.run();
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it again on its port, with the messages that it had accepted. */
  async run(): Promise<void> {
    const child = spawn(process.execPath, [SIMULATOR, this.file, String(this.port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((ready, fail) => {
      child.once('exit', (code) => fail(new Error(`${this.name} ended with ${String(code)}`)));
      child.stdout.on('data', (text: Buffer) => {
        if (text.includes('http://')) ready();
        if (text.includes('held ')) this.moments.emit('held');
      });
    });
    // From now on it may be killed.
    this.#child = child;
  }

  /** Sets the faults of the next messages; does nothing while the process is down. */
  async fault(faults: readonly HttpFault[]): Promise<void> {
    await fetch(`${this.url}/faults`, { method: 'POST', body: JSON.stringify(faults) }).catch(() => undefined);
  }

  /** Oldest first; a repeated id is a message that was sent twice. */
  async accepted(): Promise<AcceptedMessage[]> {
    return (await (await fetch(`${this.url}/accepted`)).json()) as AcceptedMessage[];
  }

  get victim(): Victim {
    return {
      name: this.name,
      // A sender that finds it down leaves it alone for a while: if it were killed as often as the others, nothing
      // would be sent.
      weight: 1,
      kill: () => {
        const child = this.#child;
        if (!child) return undefined;
        this.#child = undefined;
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGKILL');
        return async () => {
          await ended;
          await this.run();
        };
      },
    };
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
  }
}
