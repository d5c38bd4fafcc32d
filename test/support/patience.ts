import { jest } from '@jest/globals';

// A busy machine is slow, not wrong: five seconds, the usual limit, are not enough for it.
jest.setTimeout(60_000);
