import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { readConfig } from '../../src/platform/config.js';
import { servicesDown, serviceUrls } from '@truyvet/local-services';
import { browserPath, BROWSER_MISSING, openBrowser } from '../support/browser.js';
import { killCommands, runCommand, startCommand, type Command } from '../support/command.js';
import { poison } from '../support/poison.js';
import { warmGraph, type WarmGraph } from '../support/warm-graph.js';

jest.setTimeout(240_000);

const KEY = 'a-key-of-sixteen-characters';
const NDJSON = { 'Content-Type': 'application/x-ndjson' };
const inBrowser = browserPath ? describe : describe.skip;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 50));
}

inBrowser(`The console of an installation${browserPath ? '' : ` (${BROWSER_MISSING})`}`, () => {
  let dataDir: string;
  let env: NodeJS.ProcessEnv;
  let graph: WarmGraph;
  let running: Command;
  let url: string;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let page: Page;
  const asked: string[] = [];

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'truyvet-console-'));
    graph = await warmGraph();
    env = {
      ...{ TRUYVET_DATA: dataDir, TRUYVET_PORT: '0', TRUYVET_SERVICE_KEY: KEY, ...graph.env },
      // The brake holds a case with two contacts.
      TRUYVET_BRAKE_CONTACTS: '1',
    };
    running = startCommand(['start', ...(process.env['CI'] ? ['--install'] : [])], env);
    await running.printed('The API listens on');
    url = /listens on (\S+):/.exec(running.stdout())?.[1] ?? '';
    // A graph that is not prepared yet has figures missing everywhere.
    await until(async () => (await readiness()) === 'ok');
    browser = await openBrowser({ password: KEY });
    page = await browser.context.newPage();
    // While other tests run, a graph that plans its first queries takes longer than the default of half a minute.
    page.setDefaultTimeout(120_000);
    page.on('request', (request) => asked.push(request.url()));
  });

  afterAll(async () => {
    await browser?.close();
    running?.process.kill('SIGTERM');
    await running?.ended;
    await killCommands();
    await servicesDown({ config: readConfig({ TRUYVET_DATA: dataDir }) });
    await graph?.release();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function post(path: string, body: object): Promise<void> {
    const response = await fetch(`${url}/v1/${path}`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
  }

  const operate = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(['alerts', ...args], env);
    // One test has an event set aside, which every answer mentions from then on.
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^(1 event is set aside, .*\n)?$/) });
    return stdout;
  };

  /** The phones that got a message, once for each; those that begin so. */
  const sent = (beginning = '') => {
    const file = join(dataDir, 'outbox.ndjson');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    return lines.filter((line) => (JSON.parse(line) as { to: string }).to.startsWith(beginning)).length;
  };

  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const headers = { Authorization: `Bearer ${KEY}` };
  const readiness = async () => {
    const answer = (await (await fetch(`${url}/health/ready`, { headers })).json()) as { status: string };
    return answer.status;
  };
  let crowds = 0;

  /** People of one test, who were together at a place yesterday at two; the first of them can be a case. */
  async function crowdOf(...names: string[]) {
    const number = ++crowds;
    const id = (name: string) => `${name}-${number}`;
    const come = (name: string) =>
      post('check-ins', {
        ...{ person_id: id(name), place_id: id('place') },
        ...{ arrived_at: `${day}T02:00:00Z`, left_at: `${day}T03:00:00Z` },
      });
    const join = async (name: string, last: number) => {
      await post('people', { person_id: id(name), phone: `09123${String(number).padStart(3, '0')}0${last}` });
      await come(name);
    };
    for (const [i, name] of names.entries()) await join(name, i);
    const positive = {
      ...{ sample_id: id('sample'), person_id: id(names[0] ?? ''), disease: 'covid-19' },
      ...{ collected_at: `${day}T04:00:00Z`, result: 'positive' },
    };
    return { id, come, join, positive, sent: () => sent(`+849123${String(number).padStart(3, '0')}`) };
  }

  /** The first of a crowd is a case, and its contacts are informed after Lan approved that. */
  async function crowdTold(...names: string[]) {
    const crowd = await crowdOf(...names);
    await post('results', crowd.positive);
    let caseId: string | undefined;
    await until(async () => {
      const answer = await (await fetch(`${url}/v1/operations/cases`, { headers })).json();
      const { items } = answer as { items: { case_id: string; person_id: string; status: string }[] };
      caseId = items.find(({ person_id: person }) => person === crowd.positive.person_id)?.case_id;
      return caseId !== undefined;
    });
    await post(`operations/cases/${caseId}/approve`, { by: 'Lan', note: 'it is a real outbreak' });
    await until(() => crowd.sent() === names.length - 1);
    return crowd;
  }

  async function give(button: string, fields: { by: string; reason: string }): Promise<void> {
    // Several readers may have left the event out, and each has its own button.
    await page.getByRole('button', { name: button, exact: true }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Your name').fill(fields.by);
    await dialog.getByLabel('Reason').fill(fields.reason);
    await dialog.locator('[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** Shows real answers again, after pending changed ones are done. */
  const showAll = () => page.unrouteAll({ behavior: 'wait' });

  beforeEach(async () => {
    await showAll();
    await page.goto(`${url}/console/`);
  });

  it('a preview says who would be informed in how many messages before results are stored, by command and over HTTP', async () => {
    const { id, positive, sent: told } = await crowdOf('hoa', 'giang');
    const file = join(dataDir, 'results.ndjson');
    writeFileSync(file, `${JSON.stringify(positive)}\n{"sample_id":"s00"}\n`);
    const asking = { method: 'POST', headers: { ...headers, ...NDJSON }, body: readFileSync(file) };
    const preview = async () =>
      (await (await fetch(`${url}/v1/results/preview`, asking)).json()) as { told?: string[] };
    // The preview uses the current graph, which may not have the check-ins yet.
    await until(async () => (await preview()).told?.length === 1);
    const found = { told: [id('giang')], taken_back: [], unreached: [], waiting: 0, messages: { vi: 1 }, rejected: 1 };
    expect(await preview()).toMatchObject({ ...found, rows: 2, errors: expect.arrayContaining([]) });
    const { code, stdout } = await runCommand(['import', 'results', file, '--preview', '--json'], env);
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 2, ...found });
    const inWords = await runCommand(['import', 'results', file, '--preview'], env);
    expect(inWords.stdout).toMatch(/^Nothing was stored[^]*open 1 cases[^]*notify 1: giang[^]*send messages: 1 in vi/);
    expect((await runCommand(['cases', '--json'], env)).stdout).not.toContain(`"${id('hoa')}"`);
    expect(told()).toBe(0);
  });

  it('shows a held case with its numbers, and alerts its contacts after somebody approves it', async () => {
    const { positive, sent: told } = await crowdOf('an', 'binh', 'chi');
    await post('results', positive);

    const held = page.locator('[data-case]');
    await held.waitFor();
    expect(await held.innerText()).toMatch(/2 contacts[^]*2 contacts of the case; usually at most 1/);
    expect(told()).toBe(0);
    // Importing with --wait also reports that nobody is alerted.
    const file = join(dataDir, 'known.ndjson');
    writeFileSync(file, `${JSON.stringify(positive)}\n`);
    const waited = await runCommand(['import', 'results', file, '--wait'], env);
    expect(waited).toMatchObject({ code: 0, stdout: expect.stringMatching(/2 contacts[^]*truyvet brake/) });
    const asJson = await runCommand(['import', 'results', file, '--wait', '--json'], env);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ held: { contacts: 2, cases: 1 } });
    await give('Approve', { by: 'Lan', reason: 'it is a cluster of three' });
    await until(() => told() === 2);
    await page.getByRole('cell', { name: 'it is a cluster of three' }).waitFor();
    const all = new RegExp(`outbox\\s+${sent()}\\s+0\\s+0`);
    await until(async () => all.test(await page.locator('[data-provider=outbox]').innerText()));
  });

  it('keeps messages waiting while they are paused, shows how many, and lists who paused them and why', async () => {
    const { join: joins, sent: told } = await crowdTold('an', 'binh', 'chi');
    await give('Pause all', { by: 'Minh', reason: 'the text is wrong' });
    await page.getByText('All messages are paused').waitFor();
    await joins('dung', 3);
    await until(async () => /\s1\s+0\s/.test(await page.locator('[data-queue=alert-via-outbox]').innerText()));
    expect(told()).toBe(2);
    expect(await operate('status')).toContain('PAUSED by Minh: the text is wrong');

    await give('Resume all', { by: 'Minh', reason: 'the text was corrected' });
    await page.getByText('No provider: messages are written to a file').waitFor();
    await until(() => told() === 3);
    const commands = page.getByRole('region', { name: 'Last commands' });
    await commands.getByRole('cell', { name: 'the text was corrected' }).waitFor();
    expect(await commands.innerText()).toMatch(/Resume all[^]*Minh[^]*Pause all[^]*Minh[^]*Approve case[^]*Lan/);
    expect(await operate('resume', '--by', 'Minh', '--reason', 'again')).toContain('Nothing changed');
  });

  it('a preview says whose message isolations would take back before they are stored, by command and over HTTP', async () => {
    const { id, sent: told } = await crowdTold('an', 'binh', 'chi', 'dung');
    const file = join(dataDir, 'isolations.ndjson');
    // They met at 02:00.
    writeFileSync(file, `{"person_id":"${id('an')}","started_at":"${day}T01:00:00Z"}\n`);
    const asking = { method: 'POST', headers: { ...headers, ...NDJSON }, body: readFileSync(file) };
    const preview = async () =>
      (await (await fetch(`${url}/v1/isolations/preview`, asking)).json()) as { taken_back: string[] };
    // The preview uses the current graph, which may not have the last message yet.
    await until(async () => (await preview()).taken_back.length === 3);
    const answer = await preview();
    const found = { told: [], told_again: [], called_off: [], messages: { vi: 3 }, rejected: 0 };
    expect(answer).toMatchObject({ ...found, graph_behind: false, rows: 1 });
    expect([...answer.taken_back].sort()).toEqual(['binh', 'chi', 'dung'].map(id));
    const inWords = await runCommand(['import', 'isolations', file, '--preview'], env);
    expect(inWords).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing was stored[^]*take back .* 3: /),
    });
    expect(told()).toBe(3);
    const visits = await runCommand(['import', 'check-ins', file, '--preview'], env);
    expect(visits).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--preview shows isolations and results, not check-ins'),
    });
  });

  it('is available in Vietnamese, fits a phone, and says clearly if the API does not answer', async () => {
    await page.getByRole('button', { name: 'Tiếng Việt' }).click();
    await page.getByRole('heading', { name: 'Hàng đợi' }).waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(360);
    await page.getByRole('button', { name: 'English' }).click();
    await page.route('**/v1/operations/alerts', (route) => route.abort());
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(/The API does not answer/);
    expect(await page.locator('.standing.away').innerText()).toContain('The current state is unknown');
    await page.unroute('**/v1/operations/alerts');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  /** Shows a state of alerting with these changes to the real one, and to each provider. */
  async function show(more: object, ofProviders: object = {}): Promise<void> {
    await showAll();
    await page.route('**/v1/operations/alerts', async (route) => {
      const answer = await route.fetch({ headers: { ...route.request().headers(), authorization: `Bearer ${KEY}` } });
      const now = (await answer.json()) as { providers: object[] };
      const each = now.providers.map((provider) => ({ ...provider, ...ofProviders }));
      await route.fulfill({ json: { ...now, ...more, providers: each } });
    });
  }

  it('is not green before a provider has accepted a message, and red with the number that were only written to a file', async () => {
    const shown = page.locator('.standing');
    const reaching = { reaches_people: true };
    const colour = () => page.evaluate<string>("getComputedStyle(document.querySelector('.standing')).borderLeftColor");
    await show(reaching, { state: 'fine' });
    await page.getByText('Messages are being sent').waitFor();
    const green = await colour();
    await show(reaching, { state: 'untried' });
    await page.getByText('No message has been sent yet through: outbox').waitFor();
    expect(await colour()).not.toBe(green);
    await show({ ...reaching, failed: { file: 383 } }, { state: 'failing', sent: 1_000 });
    await page.getByText('No provider accepts messages now').waitFor();
    expect(await shown.getAttribute('class')).toBe('standing away');
    expect(await shown.innerText()).toContain('383 were only written to a file: nobody got them');
    await showAll();
    await page.getByText('No provider: messages are written to a file').waitFor();
  });

  it('returns the keyboard focus after a dialog is cancelled, and moves it to the result otherwise', async () => {
    const focused = () =>
      page.evaluate<string>("document.activeElement.textContent + '|' + document.activeElement.className");
    const pause = page.getByRole('button', { name: 'Pause all', exact: true });
    await pause.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toMatch(/^Pause all/);
    await give('Pause all', { by: 'Minh', reason: 'to see the keyboard' });
    expect(await focused()).toMatch(/Pause all: Done\.\|said/);
    await give('Resume all', { by: 'Minh', reason: 'seen' });
    await pause.waitFor();
  });

  it('offers to send again only if that has an effect: a person without a phone gets no message', async () => {
    const { come } = await crowdTold('an', 'binh', 'chi');
    await come('em');
    const failed = page.getByRole('region', { name: 'Alerts that failed for good' });
    await failed.getByText('somebody has to visit the person').waitFor();
    expect(await failed.getByRole('button').count()).toBe(0);
  });

  it.each([
    [{ file: 383 }, true, /^$/],
    [
      { undelivered: 2, 'no-phone': 1 },
      true,
      /^Without a phone, a message cannot be sent again: somebody has to visit/,
    ],
    [{ bound: 1 }, false, /^Too many messages today: whatever still applies is sent automatically the next morning/],
    [
      { 'no-sms': 2 },
      false,
      /^To a number that cannot receive SMS, a message cannot be sent again: somebody has to call or visit\.$/,
    ],
  ])(
    'says for alerts that failed as %j which can be sent again, and what happens to the others',
    async (failed, can, says) => {
      await show({ failed });
      await page.reload();
      const shown = page.getByRole('region', { name: 'Alerts that failed for good' });
      await shown.locator('dd').first().waitFor();
      expect(await shown.getByRole('button', { name: 'Send again…' }).count()).toBe(can ? 1 : 0);
      expect((await shown.locator('p').allInnerTexts()).join('\n')).toMatch(says);
    },
  );

  it('sends uncertain messages again only after a confirmation that somebody may get one twice', async () => {
    const dialog = page.getByRole('dialog');
    const twice = dialog.getByRole('checkbox');
    const ask = async (failed: object) => {
      await show({ failed });
      await page.reload();
      await page.getByRole('button', { name: 'Send again…' }).click();
      await dialog.getByLabel('Reason').fill('the gateway works again');
    };
    await ask({ file: 1 });
    expect(await twice.count()).toBe(0);
    await ask({ file: 1, uncertain: 1 });
    expect([await twice.getAttribute('required'), await twice.isChecked()]).toEqual([null, false]);
    await ask({ uncertain: 1 });
    await dialog.getByLabel('Your name').fill('Lan');
    await dialog.locator('[type=submit]').click();
    expect(await dialog.locator('form:invalid input:invalid').getAttribute('name')).toBe('uncertain');
    await twice.check();
    // No failed alerts exist; other tests check what the API does with the order.
    const orders: unknown[] = [];
    await page.route('**/v1/operations/alerts/replay', async (route) => {
      orders.push(route.request().postDataJSON());
      await route.fulfill({ json: { replayed: 1, kept: {} } });
    });
    await dialog.locator('[type=submit]').click();
    await page.getByText('Send again: 1 sent again').waitFor();
    expect(orders).toEqual([{ uncertain: true, by: 'Lan', reason: 'the gateway works again' }]);
    await showAll();
  });

  it('lists an event that was set aside and why, until somebody accepts on the page that it stays out', async () => {
    const { eventStoreUrl } = serviceUrls(readConfig({ TRUYVET_DATA: dataDir }), ['event-log']);
    await poison(eventStoreUrl, 'phuc', Math.floor(Date.now() / 1000) - 86_400);
    const shown = page.getByRole('region', { name: 'Events that could not be processed' });
    const ofGraph = shown.locator('[data-position]', { hasText: 'the graph' });
    await ofGraph.waitFor();
    const position = await ofGraph.getAttribute('data-position');
    expect(await ofGraph.innerText()).toMatch(new RegExp(`^${position}\\s+CheckedIn\\s+the graph\\s+\\S`));
    await until(async () => (await readiness()) === 'degraded');
    await give(`Leave it out ${position}`, { by: 'Lan', reason: 'nobody was there' });
    await ofGraph.getByText('accepted as left out (Lan: nobody was there)').waitFor();
    // It is one event, even if other readers left it out too.
    await until(async () => (await shown.getByRole('button').count()) === 0);
    await until(async () => (await readiness()) === 'ok');
    const commands = page.getByRole('region', { name: 'Last commands' });
    await commands.getByRole('cell', { name: 'nobody was there' }).waitFor();
  });

  it('links to the contents of the queues, where nothing can be changed and no other host is contacted', async () => {
    await page.goto(`${url}/queues/`);
    await page.getByText('alert-via-outbox').first().waitFor();
    const basic = `Basic ${Buffer.from(`x:${KEY}`).toString('base64')}`;
    const path = `${url}/queues/api/queues/alert-via-outbox/pause`;
    expect((await fetch(path, { method: 'PUT', headers: { Authorization: basic } })).status).toBe(405);
    const answered = await page.evaluate(
      "performance.getEntriesByType('resource').filter((each) => each.responseStatus > 0).map((each) => each.name)",
    );
    expect((answered as string[]).filter((each) => !each.startsWith(url))).toEqual([]);
  });

  it('and no page of this installation, its API description included, contacts another host', async () => {
    await page.goto(`${url}/queues/`);
    await page.getByText('alert-via-outbox').first().waitFor();
    await page.goto(`${url}/docs`);
    await page.locator('.opblock').first().waitFor();
    await page.goto(`${url}/`);
    expect(page.url()).toBe(`${url}/console/`);
    for (const path of ['/console/', '/queues/', '/docs']) expect(asked).toContain(`${url}${path}`);
    expect(asked.filter((each) => !each.startsWith(url) && !each.startsWith('data:'))).toEqual([]);
  });
});
