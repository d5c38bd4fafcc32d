import { statSync } from 'node:fs';
import { Script } from 'node:vm';
import Runtime from 'jest-runtime';

/** Of each file: its code as it was written last, the code that Jest runs, and what V8 compiled of that. */
const transformed = new Map();
const compiled = new Map();
/** Of each resolver, what a name leads to. */
const resolved = new WeakMap();

/** Of each environment, what loads packages into it. */
const packages = new WeakMap();

/** What is of the file that runs: the tests it describes, and where its lines come from. */
const OF_ONE_FILE = /\/node_modules\/(?:jest-circus|source-map-support)\//;

/** Makes once a worker where a name leads, what a file is transformed to, and its compiled code. */
class CompilingRuntime extends Runtime {
  constructor(config, environment, resolver, ...rest) {
    super(config, environment, resolver, ...rest);
    this._resolution.shouldLoadAsEsm = () => false;
    this.#resolveOnce(resolver);
    this.#transformOnce();
    this.executor.compile = (source, filename) => this.#compileOnce(source, filename);
  }

  #resolveOnce(resolver) {
    if (!resolved.has(resolver)) {
      resolved.set(resolver, new Map());
      remember(resolver, 'resolveStubModuleName', new Map());
    }
    remember(this._resolution, 'resolveCjs', resolved.get(resolver));
  }

  #transformOnce() {
    const { transformCache } = this;
    const transform = transformCache.transform.bind(transformCache);
    transformCache.transform = (filename, options) => {
      if (options?.isInternalModule) return transform(filename, options);
      const { mtimeMs, size } = statSync(filename);
      const known = transformed.get(filename);
      if (known?.mtimeMs !== mtimeMs || known.size !== size) {
        transform(filename, options);
        transformed.set(filename, { mtimeMs, size, file: transformCache.transforms.get(filename) });
        return transformCache.transforms.get(filename).code;
      }
      const { file } = known;
      transformCache.transforms.set(filename, file);
      // By it lines of a stack are found in what was written.
      if (file.sourceMapPath) transformCache.sourceMaps.set(filename, file.sourceMapPath);
      return file.code;
    };
  }

  #compileOnce(source, filename) {
    const context = this._environment.getVmContext();
    if (context === null) return null;
    let known = compiled.get(filename);
    if (known?.source !== source) {
      const parameters = this.executor.injectedModuleParameters.join(', ');
      // On one line, so that lines stay where they are.
      known = { source, script: new Script(`(function (${parameters}) {${source}\n})`, { filename }) };
      compiled.set(filename, known);
    }
    return known.script.runInContext(context);
  }
}

/**
 * Each test file has modules of ours of its own, as always with Jest; packages are loaded once a worker, into the context that
 * all files share (shared-environment.mjs). V8 lets several contexts share the code of scripts, but not of modules: so
 * everything is loaded as CommonJS, on Node 24 as well, where Jest could require modules.
 */
export default class SharingRuntime extends CompilingRuntime {
  constructor(config, environment, ...rest) {
    if (!packages.has(environment)) packages.set(environment, new CompilingRuntime(config, environment, ...rest));
    super(config, environment, ...rest);
    const shared = packages.get(environment).cjsLoader;
    const load = this.cjsLoader.requireModule.bind(this.cjsLoader);
    this.cjsLoader.requireModule = (from, name, ...options) => {
      const loader = this.#isPackage(from, name) ? shared.requireModule.bind(shared) : load;
      return loader(from, name, ...options);
    };
  }

  #isPackage(from, name) {
    if (!name || this._resolution.isCoreModule(name)) return false;
    const path = this._resolution.resolveCjs(from, name);
    return path.includes('/node_modules/') && !OF_ONE_FILE.test(path);
  }
}

/** Jest requires what it runs in. */
export const __esModule = true;

/** @param method of two names: from where, and what is looked for. */
function remember(object, method, known) {
  const ask = object[method].bind(object);
  object[method] = (from, name, ...options) => {
    const key = `${from}\0${name}`;
    if (!known.has(key)) known.set(key, ask(from, name, ...options));
    return known.get(key);
  };
}
