const common = {
  rootDir: '.',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.truyvet'],
};

const project = (name, folders) => ({
  ...common,
  displayName: name,
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
});

export default {
  reporters: ['default', '<rootDir>/test/support/totals-reporter.mjs'],
  projects: [
    project('unit', ['unit', 'properties']),
    project('services', ['contracts', 'integration', 'e2e']),
    project('failure', ['failure']),
  ],
};
