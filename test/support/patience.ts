import { jest } from '@jest/globals';
import { limit } from './sizes.js';

// A busy machine is slow, not wrong: five seconds, the usual limit, are not enough for it.
jest.setTimeout(limit(60_000));

// The tests' services are processes, also where there is a Docker engine: they are killed and looked at.
process.env.TRUYVET_DOCKER = 'no';
// As in global-setup.mjs, for the Neo4j that a test starts itself.
process.env.JAVA_TOOL_OPTIONS ??= '-XX:TieredStopAtLevel=1';
process.env.TRUYVET_NEO4J_SETTINGS = 'dbms.cypher.min_replan_interval=1h';
