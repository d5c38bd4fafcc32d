import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../platform/project-folder.js';

const NAME = /^\d{4}-[a-z0-9-]+\.cypher$/;

export interface Migration {
  name: string;
  statements: string[];
  checksum: string;
}

/** The files of `migrations/`, in the order of their numbers. */
export function readMigrations(): Migration[] {
  const folder = projectFolder('migrations');
  return namesIn(folder).map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const statements = text
      .replace(/^\/\/.*$/gm, '')
      .split(/;\s*$/m)
      .map((statement) => statement.trim())
      .filter(Boolean);
    return { name, statements, checksum: createHash('sha256').update(statements.join(';')).digest('hex') };
  });
}

let names: readonly string[] | undefined;

/** The names of the migrations that this program knows, in order. */
export function migrationNames(): readonly string[] {
  return (names ??= namesIn(projectFolder('migrations')));
}

function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort();
}
