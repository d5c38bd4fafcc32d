import type { EventLogPlace, Launch } from '@truyvet/local-services';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../kernel/errors.js';

/** How to start the embedded event log in a process of its own, by the command that a user would run. */
export function startEventLog({ port, folder, dataDir }: EventLogPlace): Launch {
  const root = packageRoot();
  if (!existsSync(join(root, 'dist/command/cli.js'))) {
    throw new UserError('Truyvet is not built.', 'Run: npm run build');
  }
  const args = [join(root, 'bin/truyvet.js'), 'event-log', '--port', String(port), '--data', folder];
  return { command: process.execPath, args, cwd: dataDir, env: environmentOf(dataDir) };
}

/**
 * The configuration that the node needs; it gets no key. Paths are absolute, because its working folder is another one.
 */
function environmentOf(dataDir: string): NodeJS.ProcessEnv {
  const { TRUYVET_CLOCK, TRUYVET_ZONE, TRUYVET_PROVIDERS } = process.env;
  return {
    TRUYVET_DATA: dataDir,
    ...(TRUYVET_CLOCK && { TRUYVET_CLOCK }),
    ...(TRUYVET_ZONE && { TRUYVET_ZONE }),
    ...(TRUYVET_PROVIDERS && { TRUYVET_PROVIDERS: resolve(TRUYVET_PROVIDERS) }),
  };
}

/** The folder of this package, whether this file runs compiled or from its source. */
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
