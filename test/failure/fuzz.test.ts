import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { choosePort } from '@truyvet/local-services/machine';
import { namedBy, type Known } from '../support/fuzz-known.js';
import { fuzzApi, shownCounts, type Counts } from '../support/fuzz-run.js';
import { BRAKE_CONTACTS, knownFrom, playStory, PROVIDER, providersFor } from '../support/fuzz-story.js';
import { MemoryWatch, type Watched } from '../support/memory-watch.js';
import { Gateway } from '../support/providers/gateway.js';
import { routesFuzz } from '../support/sizes.js';
import { System } from '../support/system.js';

const { requests, seed } = routesFuzz;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Rounded, so that runs within one hour send the same. */
const NOW = Math.floor(Date.now() / HOUR) * HOUR;
/** Milliseconds per request on a slow machine. */
const PER_REQUEST = 100;
/** With fewer requests, intended caches are still growing, so memory proves nothing. */
const TELLING = 20_000;
const LIVE_MEMORY = pathToFileURL(resolve('test/support/live-memory.mjs')).href;
/** How often a run measures memory. */
const LOOKS = 200;
/** The share of requests that may be refused because they ask for too much. */
const TOO_MUCH = 0.01;
/** Routes that cannot succeed with any of the requests, and why. */
const NEVER_SUCCEED: Readonly<Record<string, string>> = {
  'POST /v1/operations/set-aside/accept': 'nothing is set aside, which is asserted at the end',
};

describe('Every route of an installation with separate processes', () => {
  const inputs = mkdtempSync(join(tmpdir(), 'truyvet-fuzz-'));
  let gateway: Gateway;
  let system: System;
  let url: string;
  let reports: string;
  let passed = false;

  beforeAll(async () => {
    const port = await choosePort(undefined, new Set());
    url = `http://127.0.0.1:${port}`;
    gateway = await Gateway.start(PROVIDER, join(inputs, 'accepted.ndjson'));
    const providers = join(inputs, 'providers.json');
    writeFileSync(providers, JSON.stringify(providersFor(gateway.url)));
    system = await System.start(['api-1', 'projector-1', 'worker-1'], {
      ...{ TRUYVET_PORT: String(port), TRUYVET_PUBLIC_URL: url, TRUYVET_PROVIDERS: providers },
      // With a provider that reaches people, nobody may set the clock.
      TRUYVET_CLOCK: undefined,
      TRUYVET_BRAKE_CONTACTS: String(BRAKE_CONTACTS),
      ...(requests >= TELLING && { NODE_OPTIONS: `--import=${LIVE_MEMORY}`, LIVE_MEMORY: inputs }),
    });
    await system.addRules();
    const { stdout } = await system.command(['providers', '--json']);
    reports = (JSON.parse(stdout) as { providers: { reports: string }[] }).providers[0]?.reports ?? '';
    await until('the installation is ready', async () => (await ready()).status === 'ok');
    await playStory(url, NOW);
    await until('contacts were sent links', async () => (await fromGateway()).some(([kind]) => kind === 'link'));
    await until('there is something to do', async () => (await listed('/v1/questions/tasks?all=true', 'items')) > 0);
    await until('results wait', async () => (await listed('/v1/operations/held-results', 'items')) > 0);
    await until('alerts wait', async () => (await listed('/v1/operations/alerts', 'held')) > 0);
  }, 10 * MINUTE);

  afterAll(async () => {
    gateway?.stop();
    await system?.remove({ keep: !passed });
    rmSync(inputs, { recursive: true, force: true });
  }, 2 * MINUTE);

  it(
    `answers ${requests} requests with well-formed and ill-formed text, and never with an internal error`,
    async () => {
      const log: Watched = {
        name: 'event-log',
        get pid() {
          return system.servicePid('event-log');
        },
      };
      const memory = new MemoryWatch([...system.parts, log], inputs);
      const lookEvery = Math.ceil(requests / LOOKS);
      const tell =
        requests >= TELLING ? (sent: number) => console.log(`${sent} of ${requests} requests`) : () => undefined;
      const each = (sent: number): void => {
        if (sent % lookEvery === 0) memory.look();
        if (sent % (requests / 20) === 0) tell(sent);
      };
      const { wrong, statuses, byRoute, tooMuch, seconds } = await fuzzApi(url, {
        ...{ requests, seed, now: NOW, each },
        learn: async () => [...(await fromGateway()), ...(await tasksThere())],
      });
      const routes = Object.keys(byRoute);
      const inVain = routes.filter((route) => byRoute[route]?.['200'] === undefined);
      console.log(
        `seed ${seed}, before ${new Date(NOW).toISOString()}: ${requests} requests to ${routes.length} routes in ` +
          `${seconds} s; ${shownCounts(statuses)}; never 200: ${inVain.join(', ')}; too much was asked for: ${shownCounts(tooMuch) || 'never'}; ` +
          memory.said(),
      );
      expect({ seed, wrong }).toEqual({ seed, wrong: [] });
      expect(total(tooMuch)).toBeLessThanOrEqual(requests * TOO_MUCH);
      // Each route has succeeded at least once (with few requests, nearly each), and many requests were refused.
      if (requests >= TELLING) expect(inVain).toEqual(Object.keys(NEVER_SUCCEED));
      else expect(inVain.length).toBeLessThanOrEqual(routes.length / 10);
      expect(Math.min(statuses['200'] ?? 0, statuses['422'] ?? 0)).toBeGreaterThan(requests / 10);

      // Everything that was accepted went into the graph: nothing is set aside, and nothing has stopped.
      await until('the graph has caught up', async () => {
        const { code, stdout } = await system.command(['projections', 'status', '--json']);
        if (code !== 0) throw new Error('the projections could not be shown');
        const { caught_up, set_aside } = JSON.parse(stdout) as { caught_up: boolean; set_aside: object[] };
        expect({ seed, set_aside }).toEqual({ seed, set_aside: [] });
        return caught_up;
      });
      expect(await ready()).toMatchObject({ status: 'ok' });
      expect(system.surprises).toEqual([]);
      if (requests >= TELLING) expect({ seed, grew: memory.grown() }).toEqual({ seed, grew: [] });
      passed = true;
    },
    requests * PER_REQUEST + 10 * MINUTE,
  );

  async function fromGateway(): Promise<Known[]> {
    return knownFrom(await gateway.accepted(), reports);
  }

  /** With few requests, the fuzz may not ask for the tasks itself before a request needs one. */
  async function tasksThere(): Promise<Known[]> {
    const answer = await fetch(`${url}/v1/questions/tasks?all=true`);
    return namedBy({ route: 'GET /v1/questions/tasks', body: undefined }, await answer.text());
  }

  async function listed(path: string, field: string): Promise<number> {
    const answer = (await (await fetch(`${url}${path}`)).json()) as Record<string, unknown[] | undefined>;
    return answer[field]?.length ?? 0;
  }

  async function ready(): Promise<{ status: string }> {
    try {
      return (await (await fetch(`${url}/health/ready`)).json()) as { status: string };
    } catch {
      return { status: 'away' };
    }
  }
});

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}

async function until(what: string, holds: () => Promise<boolean>, ms = 5 * MINUTE): Promise<void> {
  for (const began = Date.now(); !(await holds()); await delay(500)) {
    if (Date.now() - began > ms) throw new Error(`In ${ms} ms it did not happen: ${what}.`);
  }
}
