/** The arrows of the design: everything may use domain and platform; nothing reaches into a sibling's insides. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^(src|projections)/', pathNot: [`^src/${from}/`, ...allowed.map((p) => `^src/${p}`)] },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    only('platform-stands-alone', 'platform', ['domain/']),
    only('log-uses-domain', 'log', ['domain/', 'platform/']),
    only('ingest-uses-log', 'ingest', ['domain/', 'platform/', 'log/']),
    only('graph-uses-log', 'graph', ['domain/', 'platform/', 'log/']),
    // Of the graph, tracing and alerting see its ports alone, never the adapter.
    only('trace-uses-ports', 'trace', ['domain/', 'platform/', 'log/', 'graph/ports\\.ts$']),
    only('alert-uses-ports', 'alert', ['domain/', 'platform/', 'log/', 'graph/(reminder-)?ports\\.ts$']),
    // Questions read times, refuse parameters and write cells as rows do, and show by the trace's own rules what made a contact.
    only('questions-use-ports', 'questions', [
      'domain/',
      'platform/',
      'log/',
      'graph/(question-)?ports\\.ts$',
      'ingest/(times|refusal|csv-cells)\\.ts$',
      'trace/evidence\\.ts$',
    ]),
    // Tasks are closed as rows and questions are refused; they are looked up as questions are answered.
    only('tasks-use-ports', 'tasks', [
      'domain/',
      'platform/',
      'log/',
      'graph/question-ports\\.ts$',
      'ingest/(read-fields|refusal|http/(requests|body-schema|outcome))\\.ts$',
      'questions/question\\.ts$',
    ]),
    // Operators look at alerting and steer it; their orders are refused as rows are.
    only('operations-use-alerting', 'operations', [
      'domain/',
      'platform/',
      'log/',
      'alert/(alert-log|concurrently|jobs|left-alone|reports)\\.ts$',
      'graph/(reminder-)?ports\\.ts$',
      'ingest/(read-fields|refusal|http/(requests|body-schema|outcome))\\.ts$',
    ]),
    // The page shows what operators are given.
    only('console-shows-operations', 'console', ['domain/', 'platform/', 'operations/overview\\.ts$']),
    only('answers-use-log', 'answers', ['domain/', 'platform/', 'log/']),
    {
      name: 'nobody-uses-entrypoints',
      severity: 'error',
      from: { pathNot: '^(src/entrypoints|test)/' },
      to: { path: '^src/entrypoints/' },
    },
    {
      name: 'source-never-uses-tests',
      severity: 'error',
      from: { path: '^(src|projections)/' },
      to: { path: '^test/' },
    },
    {
      name: 'log-node-stands-alone',
      severity: 'error',
      from: { path: '^src/(?!log/node|entrypoints)' },
      to: { path: '^src/log/node/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
