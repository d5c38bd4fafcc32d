import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = '@truyvet/local-services';

/**
 * The path of a file of this package that is not code. The caller may run from source, compiled, or bundled into a
 * program, which then has this package among its dependencies.
 */
export function packageFile(name: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = [join(folder, name), join(folder, 'node_modules', NAME, name)].find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (folder === dirname(folder)) throw new Error(`the file ${name} of ${NAME} is gone`);
  }
}
