import { statSync } from 'node:fs';
import { Script } from 'node:vm';
import Runtime from 'jest-runtime';

/** By file: its last source, the code that Jest runs, and V8's compiled version of that code. */
const transformed = new Map();
const compiled = new Map();
/** By resolver: the target of each name. */
const resolved = new WeakMap();

/** By environment: the runtime that loads packages into it. */
const packages = new WeakMap();

/** Packages with state of the running file: its tests, and its source maps. */
const OF_ONE_FILE = /\/node_modules\/(?:jest-circus|source-map-support)\//;

/** Resolves names, transforms files and compiles code once per worker. */
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
      // Stack traces use it to map lines to the source.
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
      // On one line, so that line numbers do not change.
      known = { source, script: new Script(`(function (${parameters}) {${source}\n})`, { filename }) };
      compiled.set(filename, known);
    }
    return known.script.runInContext(context);
  }
}

/**
 * Each test file has its own copy of our modules, as always with Jest; packages are loaded once per worker, into the
 * context that all files share (shared-environment.mjs). V8 lets several contexts share the code of scripts, but not of
 * modules. So everything is loaded as CommonJS, even on Node 24, where Jest could require modules.
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

/** Jest loads its runtime with `require`. */
export const __esModule = true;

/** @param method a method of two names: the importing file, and the name to resolve. */
function remember(object, method, known) {
  const ask = object[method].bind(object);
  object[method] = (from, name, ...options) => {
    const key = `${from}\0${name}`;
    if (!known.has(key)) known.set(key, ask(from, name, ...options));
    return known.get(key);
  };
}
