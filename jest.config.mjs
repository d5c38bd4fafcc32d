const common = {
  rootDir: '.',
  testEnvironment: '<rootDir>/test/support/jest/environment.mjs',
  // The packages as they are written, by the `exports` of each.
  testEnvironmentOptions: { customExportConditions: ['@truyvet/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/packages/[^/]+/dist/', '<rootDir>/\\.truyvet'],
};

/** For many small files: what all of them load is made once a worker. See test/support/jest/runtime.mjs. */
const sharing = {
  testEnvironment: '<rootDir>/test/support/jest/shared-environment.mjs',
  runtime: '<rootDir>/test/support/jest/runtime.mjs',
  transform: { '\\.(?:[cm]?js|ts)$': '<rootDir>/test/support/jest/transformer.mjs' },
  transformIgnorePatterns: [],
  // Else something is made for each module that no test of ours uses.
  injectGlobals: false,
};

/** Starts the services of the tests once before, stops them once after. */
const withServices = {
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

/** Folders of units that start processes and servers. */
const STARTING = ['test/unit/services', 'packages/message-gateway/test/servers'];

const project = (name, folders, more = {}) => ({
  ...common,
  ...more,
  displayName: name,
  testMatch: folders.map((folder) => `<rootDir>/${folder}/**/*.test.ts`),
});

export default {
  // As many files at once as there are processors: tests of processes wait much, and files share nothing but the
  // services, in which each has names of its own.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  reporters: ['default', '<rootDir>/test/support/totals-reporter.mjs'],
  projects: [
    // Rules and what goes with them, in one process and with nothing else.
    project('unit', ['test/unit', 'packages/message-gateway/test'], { testPathIgnorePatterns: STARTING, ...sharing }),
    project('properties', ['test/properties'], sharing),
    // What is answered over HTTP, by all of the API over a log in memory.
    project('api', ['test/api'], sharing),
    // Processes, servers of the log, PostgreSQL: they need nothing that is there before.
    project('processes', [
      'test/processes',
      'packages/event-log-node/test',
      'packages/local-services/test',
      ...STARTING,
    ]),
    project('services', ['test/contracts', 'test/integration', 'test/e2e'], withServices),
    project('failure', ['test/failure'], withServices),
  ],
};
