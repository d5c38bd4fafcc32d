// `npm ci` links the commands of dependencies, but not the project's own: this links it, so that `npx truyvet` works at
// once.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';

mkdirSync('node_modules/.bin', { recursive: true });
rmSync('node_modules/.bin/truyvet', { force: true });
symlinkSync('../../bin/truyvet.js', 'node_modules/.bin/truyvet');
