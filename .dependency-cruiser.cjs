/** The house: `docs/architecture.md` draws it. Rooms of the platform carry the modules, which meet by index and words alone. */
const PLATFORM = ['platform', 'event-log', 'contact-graph', 'work', 'http', 'cli', 'intake', 'requests'];
const KNOWN = ['people', 'places', 'presence', 'samples', 'cases'];
const FOLLOWS = ['tracing', 'delivery', 'alerting', 'reminders', 'tasks'];
const ACROSS = ['investigation', 'operations', 'console'];

const any = (rooms) => `(${rooms.join('|')})`;
const except = (rooms) => `((?!${any(rooms)}/)[^/]+)`;
/** Every other room is a module, listed above or not. */
const NO_MODULE = ['kernel', 'entrypoints', ...PLATFORM];
const MODULE = except(NO_MODULE);
/** Every module that is not listed above is a register: a new one names itself nowhere here. */
const REGISTER = except([...NO_MODULE, ...KNOWN, ...FOLLOWS, ...ACROSS]);
const rule = (name, from, to) => ({ name, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule('no-circular', {}, { circular: true }),
    rule('kernel-imports-nothing', { path: '^src/kernel/' }, { path: '^(src|projections)/', pathNot: '^src/kernel/' }),
    rule(
      'platform-carries-modules',
      { path: `^src/${any(PLATFORM)}/` },
      { path: '^(src|projections)/', pathNot: `^src/${any(['kernel', ...PLATFORM])}/` },
    ),
    rule('nothing-below-the-log', { path: '^src/platform/' }, { path: '^src/', pathNot: '^src/(kernel|platform)/' }),
    rule(
      'log-uses-platform',
      { path: '^src/event-log/' },
      { path: '^src/', pathNot: '^src/(kernel|platform|event-log)/' },
    ),
    rule(
      'graph-uses-log',
      { path: '^src/(contact-graph|work)/' },
      { path: '^src/', pathNot: '^src/(kernel|platform|event-log|contact-graph|work)/' },
    ),
    rule(
      'modules-meet-by-their-index-and-words',
      { path: `^src/${MODULE}/` },
      { path: `^src/${MODULE}/`, pathNot: ['^src/$1/', '^src/[^/]+/(index|words)\\.ts$'] },
    ),
    rule('words-are-light', { path: '^src/([^/]+)/words\\.ts$' }, { path: '.', pathNot: '^src/($1|kernel)/' }),
    rule(
      'what-is-known-needs-nothing-that-follows',
      { path: `^src/${any(KNOWN)}/` },
      { path: `^src/${any([...FOLLOWS, ...ACROSS])}/` },
    ),
    rule('what-follows-asks-nothing-across', { path: `^src/${any(FOLLOWS)}/` }, { path: `^src/${any(ACROSS)}/` }),
    rule(
      'registers-are-asked-by-nothing-below',
      { path: `^src/${any([...KNOWN, ...FOLLOWS])}/` },
      { path: `^src/${REGISTER}/` },
    ),
    rule('a-register-asks-no-other', { path: `^src/${REGISTER}/` }, { path: `^src/${REGISTER}/`, pathNot: '^src/$1/' }),
    rule('a-register-asks-nothing-across', { path: `^src/${REGISTER}/` }, { path: `^src/${any(ACROSS)}/` }),
    rule(
      'one-list-of-modules',
      { pathNot: '^(src/entrypoints/modules\\.ts$|test/)' },
      { path: `^src/(${any(PLATFORM)}|${MODULE})/module\\.ts$` },
    ),
    rule('nobody-uses-entrypoints', { pathNot: '^(src/entrypoints|test)/' }, { path: '^src/entrypoints/' }),
    rule('source-never-uses-tests', { path: '^(src|projections)/' }, { path: '^test/' }),
    {
      name: 'packages-import-nothing-above',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(src|projections|test|scripts|bin)/' },
    },
    {
      name: 'packages-by-name',
      comment:
        "What is not among a package's exports is nobody else's: import it as @truyvet/... and never by its path.",
      severity: 'error',
      from: { path: '^(src|projections)/' },
      to: { path: '^packages/', dependencyTypesNot: ['aliased-workspace'] },
    },
    {
      name: 'packages-know-one-another-by-name',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypesNot: ['aliased-workspace', 'undetermined'] },
    },
    {
      name: 'node-and-gateway-stand-alone',
      severity: 'error',
      from: { path: '^packages/(event-log-node|message-gateway)/' },
      to: { path: '^packages/', pathNot: '^packages/$1/' },
    },
    {
      name: 'packages-by-what-they-export',
      comment: 'A name that is not among the exports of a package leads nowhere.',
      severity: 'error',
      from: {},
      to: { path: '^@truyvet/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: '^packages/[^/]+/dist/',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@truyvet/source', 'import', 'node', 'default'],
    },
    doNotFollow: { path: 'node_modules' },
  },
};
