/** Set on a machine that has an installation: what a test starts may know nothing of that. */
const OF_AN_INSTALLATION = /^(?:TRUYVET_|EVENTSTORE_|NEO4J_|REDIS_)/;

/** The environment of what a test starts: services of its own, as processes, beside other things on a small machine. */
export function testEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Object.entries(process.env).filter(([name]) => !OF_AN_INSTALLATION.test(name));
  const { TRUYVET_NEO4J_SETTINGS } = process.env;
  const small = { TRUYVET_NEO4J_HEAP: '1g', TRUYVET_NEO4J_PAGECACHE: '128m', TRUYVET_NEO4J_SETTINGS };
  // What goes for a phone within minutes is gathered where that is what a test is of.
  const atOnce = { TRUYVET_ALERT_GATHER_MINUTES: '0' };
  return { ...Object.fromEntries(given), ...small, ...atOnce, TRUYVET_DOCKER: 'no', ...own };
}
