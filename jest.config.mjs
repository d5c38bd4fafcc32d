const common = {
  rootDir: '.',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.truyvet'],
};

/** Starts the services of the tests once before, stops them once after. */
const withServices = {
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

/** Folders of units that start processes and servers. */
const STARTING = ['unit/services', 'unit/log-node'];

const project = (name, folders, more = {}) => ({
  ...common,
  ...more,
  displayName: name,
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
});

export default {
  // As many files at once as there are processors: tests of processes wait much, and files share nothing but the
  // services, in which each has names of its own.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  reporters: ['default', '<rootDir>/test/support/totals-reporter.mjs'],
  projects: [
    // Rules and what goes with them, in one process and with nothing else. What starts processes stands in folders of
    // its own, those two included.
    project('unit', ['unit'], { testPathIgnorePatterns: STARTING.map((folder) => `<rootDir>/test/${folder}/`) }),
    project('properties', ['properties']),
    // What is answered over HTTP, by all of the API over a log in memory.
    project('api', ['api']),
    // Processes, servers of the log, PostgreSQL: they need nothing that is there before.
    project('processes', ['processes', ...STARTING]),
    project('services', ['contracts', 'integration', 'e2e'], withServices),
    project('failure', ['failure'], withServices),
  ],
};
