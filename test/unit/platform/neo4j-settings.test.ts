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

  it.each(['much', 'a=', '=b', 'a=b c=d', 'a=b,', 'a=b\nc=d'])('cannot be "%s"', (text) => {
    expect(() => readConfig({ TRUYVET_NEO4J_SETTINGS: text })).toThrow(/TRUYVET_NEO4J_SETTINGS must be settings/);
  });
});
