import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../domain/errors.js';
import type { LocalService } from './local-service.js';

/** The embedded log node, as a user starts it, in a process of its own: `<data>/event-log`. */
export const localEventLog: LocalService = {
  name: 'event-log',
  hasPassword: false,
  startMs: 120_000,
  graceMs: 20_000,

  missing: () => Promise.resolve([]),

  prepare({ dataDir, port, say }) {
    const root = packageRoot();
    if (!existsSync(join(root, 'dist/src/entrypoints/cli.js'))) {
      throw new UserError('Truyvet is not built.', 'Run: npm run build');
    }
    const data = join(dataDir, 'event-log');
    mkdirSync(data, { recursive: true, mode: 0o700 });
    say(`Event log: starting on port ${port}`);
    const args = [join(root, 'bin/truyvet.js'), 'event-log', '--port', String(port), '--data', data];
    return Promise.resolve({ command: process.execPath, args, cwd: dataDir });
  },
};

/** The folder of this package, whether this file runs compiled or as it is written. */
function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (isPackage(folder)) return folder;
    if (folder === dirname(folder)) throw new Error('the package.json of truyvet is not above this file');
  }
}

function isPackage(folder: string): boolean {
  const path = join(folder, 'package.json');
  return existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as { name?: string }).name === 'truyvet';
}
