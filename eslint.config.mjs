import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const ANYWHERE = [
  {
    selector:
      ':matches(TSAsExpression, TSTypeAssertion) > :matches(TSAsExpression, TSTypeAssertion).expression > ' +
      'TSUnknownKeyword.typeAnnotation',
    message: 'Ask for no more than is used, or give the real thing: a value seen as unknown passes for anything.',
  },
];

const OF_SOURCE = [
  ...ANYWHERE,
  {
    selector: 'MemberExpression[object.name="EventStoreDBClient"][property.name="connectionString"]',
    message: 'Open a client of the log by openLogClient: it sees to it that answers are not compressed.',
  },
  {
    selector:
      'ForOfStatement > CallExpression.right > MemberExpression.callee[property.name=/^read(All|Stream)$/], ' +
      'ForOfStatement[right.name="reading"]',
    message: 'Read the log through readOn: a read that is left otherwise stays in memory for ever.',
  },
  {
    selector: 'CallExpression[callee.property.name="executeQuery"]:not(:has(Property[key.name="transactionConfig"]))',
    message: 'Give the query a transactionConfig with a timeout: without one it may wait for a lock for ever.',
  },
  {
    selector:
      'CallExpression[callee.property.name=/^(beginTransaction|executeRead|executeWrite)$/][arguments.length=0]',
    message: 'Give the transaction a timeout: without one it may wait for a lock for ever.',
  },
  {
    selector: 'CallExpression[callee.property.name=/^execute(Read|Write)$/][arguments.length=1]',
    message: 'Give the transaction a timeout: without one it may wait for a lock for ever.',
  },
];

const OF_STORED_EVENTS = [
  {
    selector: 'TSAsExpression[typeAnnotation.typeName.name!="const"]',
    message: 'Check what is stored by a schema (upcast) or by typeof: a cast lets through what the log has instead.',
  },
];

const STARTS = '/^(spawn|spawnSync|exec|execSync|execFile|execFileSync|fork|run)$/';
const OF_SERVICES = [
  {
    selector:
      `CallExpression[callee.name=${STARTS}]:not(:has(Property[key.name="env"])), ` +
      'CallExpression[callee.callee.name="promisify"]:not(:has(Property[key.name="env"])), ' +
      'Property[key.name="env"][value.object.name="process"], SpreadElement[argument.object.name="process"]',
    message: 'Give what is started serviceEnvironment(): this process has keys and passwords in its own.',
  },
];

export default tseslint.config(
  { ignores: ['**/dist', 'node_modules', 'coverage', 'bench-results', '.truyvet*'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-syntax': ['error', ...ANYWHERE],
      // Nest's constructor injection reads classes at run time: a type-only import would erase them.
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts', 'projections/**/*.ts', 'packages/*/src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...OF_SOURCE] },
  },
  {
    files: ['src/*/events.ts', 'src/kernel/event.ts', 'src/event-log/{catalogue,metadata}.ts'],
    rules: { 'no-restricted-syntax': ['error', ...OF_SOURCE, ...OF_STORED_EVENTS] },
  },
  {
    files: ['packages/local-services/src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...OF_SOURCE, ...OF_SERVICES] },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', 'bin/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['module', 'console', 'process', 'setTimeout', 'URL', 'URLSearchParams', 'Buffer', 'fetch'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
);
