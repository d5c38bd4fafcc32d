const common = {
  rootDir: '.',
  testEnvironment: 'node',
  // The packages as they are written, by the `exports` of each.
  testEnvironmentOptions: { customExportConditions: ['@truyvet/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/packages/[^/]+/dist/', '<rootDir>/\\.truyvet'],
};

/** Starts the services of the tests once before, stops them once after. */
const withServices = {
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

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
    project('unit', ['test/unit', 'test/properties', 'packages/*/test']),
    project('services', ['test/contracts', 'test/integration', 'test/e2e'], withServices),
    project('failure', ['test/failure'], withServices),
  ],
};
