import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServicesConfig } from '../src/config.js';
import { serviceUrls } from '../src/index.js';
import { identityOf } from '../src/processes.js';
import type { ServicesError } from '../src/services-error.js';
import { readState, stateFile, writeState, type ServicesState } from '../src/state.js';
import { addressOf } from '../src/urls.js';
import { configOf } from './config.js';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'truyvet-state-'));
});

afterEach(() => rmSync(dataDir, { recursive: true }));

const alive = { pid: process.pid, identity: identityOf(process.pid) ?? '' };

const allUp: ServicesState = {
  'event-log': { port: 20_001, password: '', via: 'process', secured: true, run: alive },
  neo4j: { port: 20_002, password: 'graph-secret', via: 'process', run: alive },
  redis: { port: 20_003, password: 'queue-secret', via: 'docker', run: { container: 'truyvet-redis' } },
};

describe('the file of the services', () => {
  it('returns what was written', () => {
    writeState(dataDir, allUp);
    expect(readState(dataDir)).toEqual(allUp);
  });

  it('can be read by its owner alone, in a private folder, and leaves no other file behind', () => {
    const folder = join(dataDir, 'new');
    writeState(folder, allUp);
    writeState(folder, allUp);
    expect(statSync(stateFile(folder)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(['services.json']);
  });

  it('is empty if no service was ever started', () => {
    expect(readState(join(dataDir, 'absent'))).toEqual({});
  });

  it('refuses a file of a newer version and names both versions', () => {
    writeFileSync(stateFile(dataDir), JSON.stringify({ format: 7, services: {} }));
    expect(() => readState(dataDir)).toThrow(/newer Truyvet \(format 7, this one knows 1\)/);
  });

  it.each(['{', '{"format":1,"services":{"redis":{"port":"x"}}}', '[]', 'null'])(
    'refuses a damaged file: %s',
    (text) => {
      writeFileSync(stateFile(dataDir), text);
      expect(() => readState(dataDir)).toThrow(/services\.json is damaged/);
    },
  );
});

function problemOf(asked: () => unknown): ServicesError {
  try {
    asked();
  } catch (error) {
    return error as ServicesError;
  }
  throw new Error('nothing was thrown');
}

describe('the URLs of the services', () => {
  const config = (more: Partial<ServicesConfig> = {}) => configOf(dataDir, more);
  const logUrl = () => {
    const authority = encodeURIComponent(join(dataDir, 'event-log-access', 'authority.crt'));
    return `esdb://truyvet:log-secret@localhost:20001?tls=true&tlsCAFile=${authority}`;
  };

  beforeEach(() => {
    mkdirSync(join(dataDir, 'event-log-access'));
    writeFileSync(join(dataDir, 'event-log-access', 'truyvet.password'), 'log-secret\n');
  });

  it('come from running services, on loopback, with the generated passwords', () => {
    writeState(dataDir, allUp);
    expect(serviceUrls(config())).toEqual({
      eventStoreUrl: logUrl(),
      neo4j: { url: 'bolt://127.0.0.1:20002', user: 'neo4j', password: 'graph-secret' },
      redisUrl: 'redis://:queue-secret@127.0.0.1:20003/0',
    });
  });

  it('are those that are given, running or not', () => {
    const given = {
      eventStoreUrl: 'esdb://log.example:2113',
      neo4jUrl: 'neo4j+s://graph.example',
      neo4jUser: 'tracer',
      neo4jPassword: 'given',
      redisUrl: 'rediss://queues.example',
    };
    expect(serviceUrls(config(given))).toEqual({
      eventStoreUrl: 'esdb://log.example:2113',
      neo4j: { url: 'neo4j+s://graph.example', user: 'tracer', password: 'given' },
      redisUrl: 'rediss://queues.example',
    });
  });

  it('name the command that starts a service which is neither given nor running', () => {
    writeState(dataDir, { ...allUp, neo4j: { port: 20_002, password: 'x', via: 'process' } });
    expect(() => serviceUrls(config())).toThrow(`Neo4j is not running for ${dataDir}.`);
    expect(problemOf(() => serviceUrls(config())).fix).toBe('Start it: npx truyvet services up');
  });

  it('do not mistake another process with the recorded pid for the service', () => {
    const stranger = { pid: process.pid, identity: 'started long before' };
    writeState(dataDir, { ...allUp, 'event-log': { port: 20_001, password: '', via: 'process', run: stranger } });
    expect(() => serviceUrls(config())).toThrow(/^Event log is not running/);
  });

  it('can be requested for some services alone, and report the use of another one', () => {
    writeState(dataDir, { 'event-log': allUp['event-log'] as NonNullable<ServicesState['event-log']> });
    const urls = serviceUrls(config(), ['event-log']);
    expect(urls.eventStoreUrl).toBe(logUrl());
    expect(() => urls.redisUrl).toThrow(/^Redis is not running/);
  });

  it('register the password of the log, so that it is shown nowhere', () => {
    writeState(dataDir, allUp);
    const kept: string[] = [];
    expect(serviceUrls(config({ keepSecret: (secret) => void kept.push(secret) })).eventStoreUrl).toBe(logUrl());
    expect(kept).toEqual(['log-secret']);
  });

  it('are those of a log of version 0.1.0 while it runs, without TLS and users', () => {
    writeState(dataDir, { 'event-log': { port: 20_001, password: '', via: 'process', run: alive } });
    expect(serviceUrls(config(), ['event-log']).eventStoreUrl).toBe('esdb://127.0.0.1:20001?tls=false');
  });

  it('show addresses without passwords', () => {
    writeState(dataDir, allUp);
    const urls = serviceUrls(config());
    expect(addressOf('event-log', urls)).toBe('esdb://localhost:20001');
    expect(addressOf('redis', urls)).toBe('redis://127.0.0.1:20003/0');
  });
});
