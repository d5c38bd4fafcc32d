import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { choosePort } from '../../src/platform/services/ports.js';
import { fuzzApi } from '../support/fuzz-run.js';
import { MemoryWatch } from '../support/memory-watch.js';
import { routesFuzz } from '../support/sizes.js';
import { System } from '../support/system.js';

const { requests, seed } = routesFuzz;
const MINUTE = 60_000;
/** A request as a slow machine answers it, milliseconds. */
const PER_REQUEST = 100;
/** So many requests fill what is kept on purpose; with fewer nothing can be said of memory. */
const TELLING = 20_000;
/** How often memory is looked at in a run. */
const LOOKS = 200;

describe('Every route of an installation of processes', () => {
  let system: System;
  let url: string;
  let passed = false;

  beforeAll(async () => {
    const port = await choosePort(undefined, new Set());
    url = `http://127.0.0.1:${port}`;
    system = await System.start(['api-1', 'projector-1', 'worker-1'], { TRUYVET_PORT: String(port) });
    await until('the installation is ready', async () => (await ready()).status === 'ok');
  }, 10 * MINUTE);

  afterAll(() => system?.remove({ keep: !passed }), 2 * MINUTE);

  it(
    `answers ${requests} requests of well-formed and ill-formed text, and never with an error of its own`,
    async () => {
      const memory = new MemoryWatch(system.parts);
      const lookEvery = Math.ceil(requests / LOOKS);
      const tell =
        requests >= TELLING ? (sent: number) => console.log(`${sent} of ${requests} requests`) : () => undefined;
      const each = (sent: number): void => {
        if (sent % lookEvery === 0) memory.look();
        if (sent % (requests / 20) === 0) tell(sent);
      };
      const { wrong, answers, routes, seconds } = await fuzzApi(url, { requests, seed, each });
      console.log(
        `seed ${seed}: ${requests} requests to ${routes} routes in ${seconds} s; ${answers}; ${memory.said()}`,
      );
      expect({ seed, wrong }).toEqual({ seed, wrong: [] });

      // Whatever was taken went into the graph: nothing is set aside, and nothing stopped.
      await until('the graph has caught up', async () => {
        const { code, stdout } = await system.command(['projections', 'status', '--json']);
        if (code !== 0) throw new Error('the projections could not be shown');
        const { caughtUp, setAside } = JSON.parse(stdout) as { caughtUp: boolean; setAside: object[] };
        expect({ seed, setAside }).toEqual({ seed, setAside: [] });
        return caughtUp;
      });
      expect(await ready()).toMatchObject({ status: 'ok' });
      expect(system.surprises).toEqual([]);
      if (requests >= TELLING) expect({ seed, grew: memory.grown() }).toEqual({ seed, grew: [] });
      passed = true;
    },
    requests * PER_REQUEST + 10 * MINUTE,
  );

  async function ready(): Promise<{ status: string }> {
    try {
      return (await (await fetch(`${url}/health/ready`)).json()) as { status: string };
    } catch {
      return { status: 'away' };
    }
  }
});

async function until(what: string, holds: () => Promise<boolean>, ms = 5 * MINUTE): Promise<void> {
  for (const began = Date.now(); !(await holds()); await delay(500)) {
    if (Date.now() - began > ms) throw new Error(`In ${ms} ms it did not happen: ${what}.`);
  }
}
