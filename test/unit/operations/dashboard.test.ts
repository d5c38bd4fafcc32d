import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { withoutOtherHosts } from '../../../src/operations/http/dashboard.js';

describe('The page of the queues', () => {
  it('loads nothing from another host', () => {
    const package_ = createRequire(import.meta.url).resolve('@bull-board/ui/package.json');
    const page = readFileSync(join(dirname(package_), 'dist/index.ejs'), 'utf8');
    const shown = withoutOtherHosts(page);
    expect(shown).not.toMatch(/(?:href|src)="(?:https?:)?\/\//);
    expect(shown).toContain('static/css/main');
  });
});
