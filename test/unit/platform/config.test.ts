import { describe, expect, it } from '@jest/globals';
import { EventStoreDBClient } from '@eventstore/db-client';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfig } from '../../../src/platform/config.js';

describe('The configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      dataDir: resolve('.truyvet'),
      host: '127.0.0.1',
      port: 7810,
      docker: true,
      neo4jHeap: undefined,
      eventStoreUrl: undefined,
    });
  });

  it('names every wrong variable at once', () => {
    const wrong = {
      TRUYVET_ZONE: 'Mars/Olympus',
      TRUYVET_PORT: '70000',
      TRUYVET_MASTER_KEY: 'short',
      TRUYVET_DOCKER: 'perhaps',
      TRUYVET_NEO4J_HEAP: 'much',
      TRUYVET_NEO4J_PAGECACHE: '1.5g',
      EVENTSTORE_URL: 'http://127.0.0.1:2113',
    };
    for (const name of Object.keys(wrong)) expect(() => readConfig(wrong)).toThrow(new RegExp(`\\b${name} `));
  });

  it.each(['2', 'much', '0m', '1.5g', '-1g'])('accepts no %s as a size', (text) => {
    expect(() => readConfig({ TRUYVET_NEO4J_HEAP: text })).toThrow(/TRUYVET_NEO4J_HEAP must be a size/);
  });

  it('treats an empty variable as absent', () => {
    const empty = { TRUYVET_PORT: '', TRUYVET_DOCKER: '', TRUYVET_NEO4J_HEAP: '', EVENTSTORE_URL: '', REDIS_URL: '' };
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  it('keeps services out of Docker if configured so', () => {
    expect(readConfig({ TRUYVET_DOCKER: 'no' }).docker).toBe(false);
  });

  it.each([
    ['esdb://db:2113?tls=false', 'esdb://db:2113?tls=false'],
    ['esdb+discover://db:2113', 'esdb+discover://db:2113'],
    ['kurrentdb://kurrentdb:2113?tls=false', 'esdb://kurrentdb:2113?tls=false'],
    ['kurrentdb+discover://user:pass@db:2113', 'esdb+discover://user:pass@db:2113'],
  ])('reads %s as the client does', (given, url) => {
    expect(readConfig({ EVENTSTORE_URL: given }).eventStoreUrl).toBe(url);
    expect(() => EventStoreDBClient.connectionString(url)).not.toThrow();
  });
});

describe('The authority whose disease profiles apply', () => {
  it('is Vietnam unless another is set', () => {
    expect(readConfig({}).authority).toBe('vn');
    expect(readConfig({ TRUYVET_AUTHORITY: 'us-cdc' }).authority).toBe('us-cdc');
  });

  it('is refused by name if no profile can name it', () => {
    expect(() => readConfig({ TRUYVET_AUTHORITY: 'US CDC' })).toThrow(/TRUYVET_AUTHORITY must have only lower-case/);
  });
});

describe('The settings for check-ins', () => {
  it('are all off by default: any age is accepted, and each check-in is taken literally', () => {
    expect(readConfig({})).toMatchObject({ closeByNext: false, doubleScanMinutes: 0 });
    expect(readConfig({}).retentionDays).toBeUndefined();
  });

  it('are read from the environment', () => {
    const env = { TRUYVET_RETENTION_DAYS: '30', TRUYVET_CLOSE_BY_NEXT: 'on', TRUYVET_DOUBLE_SCAN_MINUTES: '2.5' };
    expect(readConfig(env)).toMatchObject({ retentionDays: 30, closeByNext: true, doubleScanMinutes: 2.5 });
  });

  it.each([
    ['TRUYVET_RETENTION_DAYS', '0'],
    ['TRUYVET_RETENTION_DAYS', 'a month'],
    ['TRUYVET_CLOSE_BY_NEXT', 'yes'],
    ['TRUYVET_DOUBLE_SCAN_MINUTES', '-1'],
  ])('are refused by name if wrong (%s=%s)', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });

  it('refuses an unknown variable that looks like ours, with the one that may be meant', () => {
    expect(() => readConfig({ TRUYVET_ZON: 'UTC' })).toThrow('TRUYVET_ZON is not known: TRUYVET_ZONE may be meant');
    expect(() => readConfig({ TRUYVET_SERVICEKEY: 'x' })).toThrow('TRUYVET_SERVICE_KEY may be meant');
    expect(() => readConfig({ TRUVYET_ZONE: 'UTC' })).toThrow('TRUVYET_ZONE is not known: TRUYVET_ZONE may be meant');
    expect(() => readConfig({ TRUYVET_PIGEONS: 'x' })).toThrow('TRUYVET_PIGEONS is not known');
    expect(readConfig({ TRUYVET_PIGEONS: '', PATH: '/bin', TRAVIS_PORT: '1' }).port).toBe(7810);
  });

  it("knows a variable by which the providers' file names a secret", () => {
    const file = join(mkdtempSync(join(tmpdir(), 'truyvet-config-')), 'providers.json');
    writeFileSync(file, '[{ "type": "http", "secret": "TRUYVET_GATEWAY_SECRET" }]');
    const given = { TRUYVET_PROVIDERS: file, TRUYVET_GATEWAY_SECRET: 's' };
    expect(readConfig(given).providers).toBe(file);
    expect(() => readConfig({ ...given, TRUYVET_GATEWAY_SECRETS: 's' })).toThrow(
      'TRUYVET_GATEWAY_SECRETS is not known',
    );
  });
});
