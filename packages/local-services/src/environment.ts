/**
 * What programs that are started here may know of this process' environment: what they need to run, never the keys and
 * passwords beside it. Everybody who may look at such a process sees all that it was given.
 */
const NEEDED = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'PWD', 'TZ', 'LANG', 'LANGUAGE', 'TMPDIR', 'TMP', 'TEMP'],
  ...['LD_LIBRARY_PATH', 'MALLOC_ARENA_MAX', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'XDG_RUNTIME_DIR'],
  ...['JAVA_HOME', 'JAVA_TOOL_OPTIONS', 'M2_HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME'],
  ...['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'],
  // Downloads go through them.
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
]);
const NEEDED_KINDS = /^(?:LC_|MAVEN_|DOCKER_)/;

/** The environment of a program that is started here. @param own what it is given beside. */
export function serviceEnvironment(
  own: NodeJS.ProcessEnv = {},
  from: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const needed = Object.entries(from).filter(([name]) => NEEDED.has(name) || NEEDED_KINDS.test(name));
  return { ...Object.fromEntries(needed), ...own };
}
