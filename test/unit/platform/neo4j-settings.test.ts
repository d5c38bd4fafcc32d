import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/platform/config.js';

describe('the settings of Neo4j in the environment', () => {
  it("are its memory, and others by Neo4j's names", () => {
    const config = readConfig({
      TRUYVET_NEO4J_HEAP: '4G',
      TRUYVET_NEO4J_PAGECACHE: '700m',
      TRUYVET_NEO4J_SETTINGS: 'db.checkpoint.interval.time=5m,db.lock.acquisition.timeout=2m',
    });
    expect(config).toMatchObject({ neo4jHeap: '4g', neo4jPagecache: '700m' });
    expect(config.neo4jMore).toEqual({ 'db.checkpoint.interval.time': '5m', 'db.lock.acquisition.timeout': '2m' });
  });

  it.each(['5.26.31', '2026.08.1'])('name the version %s', (version) => {
    expect(readConfig({ TRUYVET_NEO4J_VERSION: version }).neo4jVersion).toBe(version);
  });

  it('name no version whose jars are not pinned', () => {
    expect(readConfig({}).neo4jVersion).toBeUndefined();
    expect(() => readConfig({ TRUYVET_NEO4J_VERSION: '4.4.1' })).toThrow(
      'TRUYVET_NEO4J_VERSION must be 5.26.31 or 2026.08.1',
    );
  });

  it.each(['much', 'a=', '=b', 'a=b c=d', 'a=b,', 'a=b\nc=d'])('cannot be "%s"', (text) => {
    expect(() => readConfig({ TRUYVET_NEO4J_SETTINGS: text })).toThrow(/TRUYVET_NEO4J_SETTINGS must be settings/);
  });
});
