import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { images, neo4jVariable } from '../src/docker.js';
import { commonSettings } from '../src/neo4j.js';
import { calendarRelease, ltsRelease } from '../src/neo4j-release.js';

interface Service {
  image: string;
  environment: Record<string, string>;
  command?: string[];
  ports: string[];
  volumes: string[];
  healthcheck: { test: string[] };
}

const compose = parse(readFileSync('docker/compose.yml', 'utf8')) as {
  services: Record<'eventstore' | 'neo4j' | 'redis', Service>;
  volumes: Record<string, null>;
};
const { eventstore, neo4j, redis } = compose.services;
const services = Object.entries(compose.services);

describe('docker/compose.yml', () => {
  it.each(services)('pins the image of %s and has a health check', (_, service) => {
    expect(service.image).toMatch(/:\d+\.\d+\.\d+/);
    expect(service.healthcheck.test[0]).toBe('CMD-SHELL');
  });

  it.each(services)('opens %s on loopback only, by default on a port that is not the standard one', (_, service) => {
    for (const port of service.ports) {
      const [, outside, inside] = /^127\.0\.0\.1:\$\{[A-Z0-9]+_PORT:-(\d+)\}:(\d+)$/.exec(port) ?? [];
      expect(outside).toMatch(/^\d{5}$/);
      expect(outside).not.toBe(inside);
    }
    expect(service.ports).toHaveLength(1);
  });

  it.each(services)('stores the data of %s in named volumes', (_, service) => {
    const names = service.volumes.map((volume) => volume.split(':')[0] as string);
    expect(names.length).toBeGreaterThan(0);
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(names));
  });

  it('runs the EventStoreDB from which the protocol was recorded', () => {
    expect(eventstore.image).toContain(':23.10.6');
    expect(eventstore.environment).toMatchObject({ EVENTSTORE_INSECURE: 'true', EVENTSTORE_CLUSTER_SIZE: '1' });
  });

  it('runs the images and the settings of Neo4j that `services up` uses', () => {
    expect([neo4j.image, redis.image]).toEqual([`${images.neo4j}:${ltsRelease.version}`, images.redis]);
    const memory = { heap: '${TRUYVET_NEO4J_HEAP:-1g}', pagecache: '${TRUYVET_NEO4J_PAGECACHE:-1g}' };
    const settings = commonSettings({ release: ltsRelease, ...memory, more: {} });
    const wanted = Object.entries(settings).map(([key, value]) => [neo4jVariable(key), value]);
    expect(neo4j.environment).toMatchObject(Object.fromEntries(wanted) as Record<string, string>);
  });

  it('runs the calendar release with the settings that only that has, together with a second file', () => {
    const second = parse(readFileSync('docker/neo4j-calendar.yml', 'utf8')) as {
      services: { neo4j: Partial<Service> };
    };
    const settings = Object.entries(calendarRelease.settings).map(([key, value]) => [neo4jVariable(key), value]);
    expect(second.services).toEqual({
      neo4j: {
        image: `${images.neo4j}:${calendarRelease.version}`,
        environment: Object.fromEntries(settings) as unknown,
      },
    });
  });

  it('keeps everything in Redis: an append-only file, and no eviction', () => {
    const command = (redis.command ?? []).join(' ');
    expect(command).toContain('--appendonly yes --appendfsync everysec');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('has no default password and stops if none is given', () => {
    expect(neo4j.environment.NEO4J_AUTH).toMatch(/^neo4j\/\$\{NEO4J_PASSWORD:\?.+\}$/);
    expect(redis.command?.at(-1)).toMatch(/^\$\{REDIS_PASSWORD:\?.+\}$/);
  });
});
