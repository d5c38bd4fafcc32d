/**
 * Variables that started programs get from this process' environment: what programs need to run, never keys and
 * passwords. Everybody who may inspect such a process sees its whole environment.
 */
const NEEDED = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'PWD', 'TZ', 'LANG', 'LANGUAGE', 'TMPDIR', 'TMP', 'TEMP'],
  ...['LD_LIBRARY_PATH', 'MALLOC_ARENA_MAX', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'XDG_RUNTIME_DIR'],
  ...['JAVA_HOME', 'JAVA_TOOL_OPTIONS', 'M2_HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME'],
  ...['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'],
  // For downloads.
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
]);
const NEEDED_KINDS = /^(?:LC_|MAVEN_|DOCKER_)/;

/** The environment for a program that is started here. @param own variables for this program alone. */
export function serviceEnvironment(
  own: NodeJS.ProcessEnv = {},
  from: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const needed = Object.entries(from).filter(([name]) => NEEDED.has(name) || NEEDED_KINDS.test(name));
  return { ...Object.fromEntries(needed), ...own };
}
