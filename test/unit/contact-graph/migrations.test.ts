import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { migrationNames } from '../../../src/contact-graph/migration-files.js';

/** The last migration before names began with a module. */
const LAST_WITHOUT_MODULE = '0018';
/** Folders of `src` that are neither modules nor rooms of the platform. */
const NEITHER = ['kernel', 'entrypoints'];

describe('A migration', () => {
  it('is named by a module or a room of the platform that exists', () => {
    const folders = readdirSync('src').filter((folder) => !NEITHER.includes(folder));
    const named = migrationNames().filter((name) => name.slice(0, 4) > LAST_WITHOUT_MODULE);
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !folders.some((folder) => name.slice(5).startsWith(`${folder}-`)))).toEqual([]);
  });
});
