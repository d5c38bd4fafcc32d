import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

interface Manifest {
  name: string;
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
  exports: Record<string, Record<'@truyvet/source' | 'types' | 'default', string>>;
}

const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const packages = readdirSync('packages')
  .map((name) => join('packages', name))
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => ({ folder, manifest: manifestOf(folder) }));

/** The packages that a folder imports, without their subpaths. */
function importedIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.d)\.ts$/.test(name));
  const names = files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s?'([@a-z][\w@./-]*)'/g)].map(([, name = '']) => name);
  });
  const of = (name: string) => (name.startsWith('@') ? name.split('/', 2).join('/') : (name.split('/')[0] as string));
  return [...new Set(names.filter((name) => !isBuiltin(name)).map(of))].sort();
}

/**
 * A package could import what another one installed into the folder above: only this test checks that it declares what
 * it imports.
 */
describe.each(packages)('$manifest.name', ({ folder, manifest }) => {
  it('depends on exactly what it imports', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(importedIn(join(folder, 'src')));
  });

  it('has each dependency in the same version as the others', () => {
    const all = [manifestOf('.'), ...packages.map((each) => each.manifest)];
    const known = all.flatMap((each) => Object.entries({ ...each.devDependencies, ...each.dependencies }));
    const own = Object.entries({ ...manifest.devDependencies, ...manifest.dependencies });
    const others = own.flatMap(([name, version]) => known.filter(([each, of]) => each === name && of !== version));
    expect(others).toEqual([]);
  });

  it('exports existing files, as source and as compiled', () => {
    for (const { '@truyvet/source': source, types, default: compiled } of Object.values(manifest.exports)) {
      expect(existsSync(join(folder, source))).toBe(true);
      const out = source.replace('./src/', './dist/');
      expect([types, compiled]).toEqual([out.replace(/ts$/, 'd.ts'), out.replace(/ts$/, 'js')]);
    }
  });
});
