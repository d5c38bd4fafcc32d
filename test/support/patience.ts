import { jest } from '@jest/globals';

// A busy machine is slow, not wrong: five seconds, the usual limit, are not enough for it.
jest.setTimeout(60_000);

// The tests' services are processes, also where there is a Docker engine: they are killed and looked at.
process.env.TRUYVET_DOCKER = 'no';
