import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage', 'bench-results', '.truyvet*'] },
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
      // Nest's constructor injection reads classes at run time: a type-only import would erase them.
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts', 'projections/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'ForOfStatement > CallExpression.right > MemberExpression.callee[property.name=/^read(All|Stream)$/], ' +
            'ForOfStatement[right.name="reading"]',
          message: 'Read the log through readOn: a read that is left otherwise stays in memory for ever.',
        },
      ],
    },
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
