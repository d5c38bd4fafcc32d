import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The path of a folder of the project's own, such as `profiles`: it stands beside the sources, and one higher above what
 * they were compiled to.
 */
export function projectFolder(name: string): string {
  const folders = ['../../', '../../../'].map((up) => fileURLToPath(new URL(`${up}${name}/`, import.meta.url)));
  const folder = folders.find((each) => existsSync(each));
  if (folder === undefined) throw new Error(`the folder ${name} of the project is gone`);
  return folder;
}
