import { jest } from '@jest/globals';
import { limit } from './sizes.js';

// A busy machine is slow, not wrong: the default limit of five seconds is not enough.
jest.setTimeout(limit(60_000));

// The tests' services are processes even if there is a Docker engine, because tests kill and inspect them.
process.env.TRUYVET_DOCKER = 'no';
// As in global-setup.mjs, for a Neo4j that a test starts itself.
process.env.JAVA_TOOL_OPTIONS ??= '-XX:TieredStopAtLevel=1';
process.env.TRUYVET_NEO4J_SETTINGS = 'dbms.cypher.min_replan_interval=1h';
