/** Variables of an installation on this machine, which the processes of a test must not see. */
const OF_AN_INSTALLATION = /^(?:TRUYVET_|EVENTSTORE_|NEO4J_|REDIS_)/;

/** The environment for processes of a test: separate services, as processes, on a small and busy machine. */
export function testEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Object.entries(process.env).filter(([name]) => !OF_AN_INSTALLATION.test(name));
  const { TRUYVET_NEO4J_SETTINGS } = process.env;
  const small = { TRUYVET_NEO4J_HEAP: '1g', TRUYVET_NEO4J_PAGECACHE: '128m', TRUYVET_NEO4J_SETTINGS };
  // Messages wait for one another only in tests of that feature.
  const atOnce = { TRUYVET_ALERT_GATHER_MINUTES: '0' };
  return { ...Object.fromEntries(given), ...small, ...atOnce, TRUYVET_DOCKER: 'no', ...own };
}
