import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The path of a folder of the project, such as `profiles`. It is next to the sources, and one level higher above the
 * compiled files.
 * @throws Error when the folder does not exist.
 */
export function projectFolder(name: string): string {
  const folders = ['../../', '../../../'].map((up) => fileURLToPath(new URL(`${up}${name}/`, import.meta.url)));
  const folder = folders.find((each) => existsSync(each));
  if (folder === undefined) throw new Error(`the folder ${name} of the project is missing`);
  return folder;
}
