import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventStoreDBClient } from '@eventstore/db-client';
import { Redis } from 'ioredis';
import neo4j from 'neo4j-driver';
import fc from 'fast-check';
import { UserError } from '../../../src/kernel/errors.js';
import { guardTerminal } from '../../../src/cli/terminal.js';
import { readConfig } from '../../../src/platform/config.js';
import { hidden, keepSecret } from '../../../src/platform/secrets.js';

const SECRET = 'Geheim-4711';

/** The whole message about a configuration. */
function saidOf(env: NodeJS.ProcessEnv): string | undefined {
  try {
    readConfig(env);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.message} ${error.fix} ${error.stack}`;
  }
}

describe('The URL of a service', () => {
  it.each([
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}@log:2113?tlsCaFil=/a`, /option tlsCaFil, .*: tlsCAFile may be meant/],
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}@log:2113?tls=yes`, /tls=true or tls=false/],
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}@log:2113?tls`, /of the form NAME=VALUE/],
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}@log:2113?keepAliveInterval=long`, /whole number for keepAliveInterval/],
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}@log:2113?nodePreference=any`, /leader, follower/],
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}@log:2113?tlsVerifyCert=false`, /tlsCAFile/],
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}@log:port`, /host or port that cannot be read/],
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}@`, /host or port that cannot be read/],
    ['EVENTSTORE_URL', `esdb://${SECRET}@log:2113`, /needs a user and a password/],
    ['EVENTSTORE_URL', `esdb://admin:a:${SECRET}@log:2113`, /needs a user and a password/],
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}@x@log:2113`, /have to be written as/],
    ['EVENTSTORE_URL', `esdb://admin:1/${SECRET}@log:2113`, /have to be written as/],
    ['EVENTSTORE_URL', `esdb://admin:1?${SECRET}=1@log:2113`, /have to be written as/],
    ['EVENTSTORE_URL', `esdb://admin:${SECRET}%zz@log:2113`, /have to be written as/],
    ['EVENTSTORE_URL', `http://admin:${SECRET}@log:2113`, /starts with esdb/],
    // Its client takes everything before the @ as user and password.
    ['EVENTSTORE_URL', `esdb://log:2113?tlsCAFile=/home/${SECRET}@b/ca.crt`, /an @ elsewhere as %40/],
    ['NEO4J_URL', `bolt://neo4j:${SECRET}@graph:7687`, /NEO4J_USER and NEO4J_PASSWORD/],
    ['NEO4J_URL', `bolt://neo4j:a/${SECRET}@graph:7687`, /cannot be read|NEO4J_PASSWORD/],
    ['NEO4J_URL', `bolt://graph:7687?password=${SECRET}`, /takes no options/],
    ['REDIS_URL', `redis://:a/${SECRET}@queue`, /have to be written as/],
    ['REDIS_URL', `redis://user:12/${SECRET}@queue`, /have to be written as/],
    ['REDIS_URL', `redis://:${SECRET}#x@queue`, /have to be written as/],
    ['REDIS_URL', `redis://:${SECRET}@queue:port`, /have to be written as/],
    ['REDIS_URL', `redis://:${SECRET}%zz@queue`, /have to be written as/],
  ])('that is wrong in %s is refused with the reason, and its password is not shown: %s', (name, url, what) => {
    const said = saidOf({ [name]: url });
    expect(said).toMatch(what);
    expect(said).toContain(name);
    expect(said).not.toContain(SECRET);
  });

  it.each([
    ['EVENTSTORE_URL', 'esdb://user:pass%40word@a.example.vn:2113,b:2114/?tls=true&tlsCAFile=%2Fetc%2Fca.crt'],
    [
      'EVENTSTORE_URL',
      'esdb+discover://log:2113?tls=true&tlsCAFile=/home/a%40b/ca.crt&node_preference=Read_Only_Replica',
    ],
    ['EVENTSTORE_URL', 'esdb://127.0.0.1:2113/'],
    ['NEO4J_URL', 'neo4j+s://graph.example.vn'],
    ['NEO4J_URL', 'bolt://[::1]:7687'],
    ['REDIS_URL', 'rediss://user:p%2Fw@queue:6380/3'],
    ['REDIS_URL', 'redis://queue'],
    ['REDIS_URL', 'redis://:12345678@127.0.0.1:6379/0'],
  ])('is accepted in %s if it is right: %s', (name, url) => {
    expect(saidOf({ [name]: url })).toBeUndefined();
  });

  describe('that is accepted', () => {
    let warned: jest.SpiedFunction<typeof console.warn>;
    beforeEach(() => {
      warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    });
    afterEach(() => warned.mockRestore());

    it('is accepted by the client as well, which shows none of it; one that is not accepted is not shown either', () => {
      const piece = fc.string({ unit: fc.constantFrom(...'ab1:/@?#%&=.,[] '), maxLength: 6 });
      const secret = piece.map((text) => `Geheim${text}4711`);
      const url = fc.tuple(
        piece,
        secret,
        fc.constantFrom('log:2113', 'log', '', 'a,b:1'),
        fc.constantFrom('', '?tls=true', '?x=1', '/', '/0'),
      );
      const clients = {
        esdb: ['EVENTSTORE_URL', (text: string) => EventStoreDBClient.connectionString(text)],
        bolt: ['NEO4J_URL', (text: string) => void neo4j.driver(text).close()],
        redis: ['REDIS_URL', (text: string) => new Redis(text, { lazyConnect: true }).disconnect()],
      } as const;
      fc.assert(
        fc.property(fc.constantFrom('esdb', 'bolt', 'redis'), url, (protocol, [user, password, host, rest]) => {
          const [name, connect] = clients[protocol];
          const text = `${protocol}://${user}:${password}@${host}${rest}`;
          const said = saidOf({ [name]: text });
          if (said === undefined) connect(text);
          else expect(said).not.toContain('Geheim');
        }),
        { numRuns: 200 },
      );
      expect(warned).not.toHaveBeenCalled();
    });
  });
});

describe('Printed output', () => {
  const printed = (...values: unknown[]): string => {
    const lines: string[] = [];
    const print = (...all: unknown[]) => void lines.push(all.join(' '));
    const printer = { log: print, error: print, warn: print, info: print };
    guardTerminal(printer);
    printer.error(...values);
    return lines.join();
  };

  it('shows where a service is, and never its user and password', () => {
    expect(printed(`Redis at redis://:${SECRET}@queue:6379/0 does not answer`)).toBe(
      'Redis at redis://***@queue:6379/0 does not answer',
    );
  });

  it('shows an error with its stack and without the parts of a URL in it', () => {
    const error = Object.assign(new Error('Unexpected "x"'), { connectionString: `esdb://admin:${SECRET}@log` });
    const text = printed(error);
    expect(text).toMatch(/Unexpected "x"\n\s+at .*secrets\.test/);
    expect(text).toContain('esdb://***@log');
    expect(text).not.toContain(SECRET);
  });

  it('shows no password or key that was configured, however it is spelt', () => {
    const secret = 'p"ss/w@rd-4711';
    keepSecret(secret);
    for (const spelt of [secret, encodeURIComponent(secret), JSON.stringify({ of: secret })]) {
      expect(hidden(`it is ${spelt}.`)).not.toMatch(/4711/);
    }
    readConfig({ NEO4J_PASSWORD: 'of-the-graph-4711', TRUYVET_SERVICE_KEY: 'of-the-service-4711' });
    expect(hidden('of-the-graph-4711 of-the-service-4711')).toBe('*** ***');
  });

  it('is unchanged if nothing is secret, even with a short word in it', () => {
    keepSecret('neo4j');
    const text = 'neo4j at bolt://127.0.0.1:7687, write to a@example.vn, see https://example.vn/a@b';
    expect(hidden(text)).toBe(text);
  });
});
