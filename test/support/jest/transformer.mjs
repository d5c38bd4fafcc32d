import swc from '@swc/jest';
import Resolver from 'jest-resolve';
import { readFileSync } from 'node:fs';

const ours = swc.createTransformer({ ...JSON.parse(readFileSync('.swcrc', 'utf8')), swcrc: false });
/** For packages that are ES modules. */
const theirs = swc.createTransformer({
  ...{ swcrc: false, sourceMaps: false },
  jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } },
});

const transformerOf = (filename) => {
  if (filename.endsWith('.ts')) return ours;
  return Resolver.unstable_shouldLoadAsEsm(filename, []) ? theirs : undefined;
};

/** Transforms everything to CommonJS: see runtime.mjs. Code that is CommonJS already is not changed. */
export default {
  process(source, filename, options) {
    const transformer = transformerOf(filename);
    return transformer ? transformer.process(source, filename, options) : { code: source };
  },
  getCacheKey(source, filename, options) {
    return (transformerOf(filename) ?? theirs).getCacheKey(source, filename, options);
  },
};
