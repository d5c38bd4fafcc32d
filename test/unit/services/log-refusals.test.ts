import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isForPeople } from '../../../src/kernel/errors.js';
import { requireServices } from '../../../src/platform/services.js';
import { makeAuthority, makeCertificate } from '@truyvet/event-log-node/certificates';
import { type EventLogNode, startEventLogNode } from '@truyvet/event-log-node/server';
import { serviceUrls } from '@truyvet/local-services';
import { readConfig } from '../../../src/platform/config.js';
import { GivenServer } from '../../support/given-server.js';

const folder = mkdtempSync(join(tmpdir(), 'truyvet-no-'));
const file = (name: string) => encodeURIComponent(join(folder, name));
const USER = { name: 'tracing', password: 'secret' };

/** Each message as a person reads it. */
describe('The refusal of an external event log', () => {
  let node: EventLogNode;
  let plain: GivenServer;
  let secured: GivenServer;
  let away: string;

  beforeAll(async () => {
    const authority = await makeAuthority(new Date(), 1);
    writeFileSync(join(folder, 'authority.crt'), authority.certificate);
    writeFileSync(join(folder, 'other.crt'), (await makeAuthority(new Date(), 1)).certificate);
    node = await startEventLogNode({ port: 0, dataDir: join(folder, 'node', 'log') });
    const url = node.connectionString('admin');
    plain = await GivenServer.before(url);
    const identity = await makeCertificate(authority, ['localhost'], new Date(), 1);
    secured = await GivenServer.before(url, { identity, user: USER });
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    away = `esdb://127.0.0.1:${(closed.address() as AddressInfo).port}?tls=false`;
    await new Promise((resolve) => closed.close(resolve));
  });

  afterAll(async () => {
    await Promise.all([plain.close(), secured.close()]);
    await node.close();
    rmSync(folder, { recursive: true });
  });

  /** The message of a command that needs the log, and after how many milliseconds. */
  async function told(eventStoreUrl: string, patience = 60_000) {
    const urls = serviceUrls(readConfig({ TRUYVET_DATA: folder, EVENTSTORE_URL: eventStoreUrl }), ['event-log']);
    const begun = Date.now();
    const error = await requireServices(urls, ['event-log'], patience).then(
      () => undefined,
      (problem: unknown) => problem,
    );
    if (!isForPeople(error)) throw error ?? new Error('it lets everybody in');
    return { message: error.message, fix: error.fix ?? '', took: Date.now() - begun };
  }

  const ca = (name: string) => `&tlsCAFile=${file(name)}`;

  it.each([
    ['speaks only TLS', () => secured.url({ tls: false }), /it speaks TLS, and tls is false\.$/],
    ['does not speak TLS', () => plain.url({ tls: true }), /it does not speak TLS, and tls is true\.$/],
    [
      'has a certificate of an unknown authority',
      () => secured.url({ query: ca('other.crt') }),
      /not issued by a known authority/,
    ],
    [
      'should have one of an authority whose file is missing',
      () => secured.url({ query: ca('none.crt') }),
      /tlsCAFile is .*none\.crt/,
    ],
    [
      'has another password',
      () => secured.url({ user: { ...USER, password: 'guessed' }, query: ca('authority.crt') }),
      /the user or the password is wrong\.$/,
    ],
    [
      'requires a user',
      () => secured.url({ query: ca('authority.crt') }).replace(/\/\/.*@/, '//'),
      /it asks for a user and a password\.$/,
    ],
  ])('that %s ends a command at once, with what to configure', async (_, url, reason) => {
    const { message, fix, took } = await told(url());
    expect(message).toMatch(/^Event log at esdb:\/\/localhost:\d+ refuses the connection: /);
    expect(message).toMatch(reason);
    expect(message).not.toMatch(/guessed|secret/);
    expect(fix).toContain('EVENTSTORE_URL');
    expect(fix).not.toContain('services up');
    expect(took).toBeLessThan(30_000);
  });

  it('that denies its user the whole log says which permission is missing', async () => {
    secured.manners.deniesAll = true;
    const { message } = await told(secured.url({ query: ca('authority.crt') }));
    secured.manners.deniesAll = false;
    expect(message).toMatch(
      /its user tracing may not read the whole log \(\$all\): an administrator must grant that right\.$/,
    );
  });

  it('is different from an unreachable log, which is waited for and not started by us', async () => {
    const { message, fix } = await told(away, 600);
    expect(message).toMatch(/^The event log does not answer \(.*ECONNREFUSED/);
    expect(fix).toMatch(/^It is configured by EVENTSTORE_URL \(esdb:.*\): check that server, or correct/);
  });

  it('ends when its cause is fixed', async () => {
    const urls = serviceUrls(
      readConfig({ TRUYVET_DATA: folder, EVENTSTORE_URL: secured.url({ query: ca('authority.crt') }) }),
      ['event-log'],
    );
    await expect(requireServices(urls, ['event-log'])).resolves.toBeUndefined();
  });
});
