import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Locked {
  version?: string;
  resolved?: string;
  link?: boolean;
  hasInstallScript?: boolean;
  engines?: { node?: string };
}
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const own = read('package.json') as { allowScripts: Record<string, boolean> };
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };
const semver = createRequire(import.meta.url)('semver') as { satisfies(version: string, range: string): boolean };

/** The oldest supported and a newer version of Node 20, 22 and 24, and versions after these. */
const NODES = ['20.19.0', '20.20.2', '22.13.0', '22.23.0', '24.0.0', '24.21.0', '26.0.0', '26.5.0'];

describe('What npm ci installs', () => {
  it('runs no script of a package that nobody has reviewed', () => {
    const withScripts = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.replace(/^.*node_modules\//, '')] : [],
    );
    expect(Object.keys(own.allowScripts).sort()).toEqual([...new Set([...withScripts, '@scarf/scarf'])].sort());
  });

  it('reports no installation to anybody: the package that would is replaced by one without a script', () => {
    expect(packages['node_modules/@scarf/scarf']).toEqual({ resolved: 'scripts/no-reports', link: true });
    expect(Object.keys(packages).filter((path) => path.endsWith('@scarf/scarf'))).toHaveLength(1);
    expect(read('scripts/no-reports/package.json')).not.toHaveProperty('scripts');
  });

  it.each(NODES)('supports Node %s, without warnings', (node) => {
    const others = Object.entries(packages).flatMap(([path, { version, engines }]) =>
      engines?.node !== undefined && !semver.satisfies(node, engines.node) ? [`${path} ${version}`] : [],
    );
    expect(others).toEqual([]);
  });
});
