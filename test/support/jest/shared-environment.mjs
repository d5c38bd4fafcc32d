import { installCommonGlobals } from 'jest-util';
import TidyEnvironment, { disableStorages } from './environment.mjs';

/** Keys under which the runner stores a file's state and listeners in the global object. */
const OF_ONE_FILE = new Set([
  ...['JEST_STATE_SYMBOL', 'EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL'],
  ...['RETRY_TIMES', 'RETRY_IMMEDIATELY', 'WAIT_BEFORE_RETRY', 'LOG_ERRORS_BEFORE_RETRY'],
]);

/** By project: the environment of its files in this worker. */
const environments = new Map();

/**
 * Resets or recreates everything that a file could leave behind for the next one: `process`, timers, spies, globals.
 */
class SharedEnvironment extends TidyEnvironment {
  #globals;

  begin(globals) {
    // Like those that Jest creates for each context.
    const { Symbol, Date } = this.global;
    const fresh = { Symbol, Date };
    installCommonGlobals(fresh, globals);
    this.global.process = fresh.process;
    this.#globals = Object.getOwnPropertyDescriptors(this.global);
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
    disableStorages();
    for (const [name, before] of Object.entries(this.#globals)) {
      if ('value' in before && this.global[name] !== before.value) Object.defineProperty(this.global, name, before);
    }
    for (const symbol of Object.getOwnPropertySymbols(this.global)) {
      if (OF_ONE_FILE.has(symbol.description)) delete this.global[symbol];
    }
  }
}

/**
 * All files of a project run in one context, so that packages are loaded once per worker: see runtime.mjs. Called with
 * `new`.
 */
export default function EnvironmentOfProject(config, context) {
  const { id, globals } = config.projectConfig;
  const environment = environments.get(id) ?? new SharedEnvironment(config, context);
  environments.set(id, environment);
  environment.begin(globals);
  return environment;
}
