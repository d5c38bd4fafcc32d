// Jest treats every argument after --selectProjects as the name of a project, even a file, and then silently runs all
// tests. Here only the name of a project is treated as one.
import process from 'node:process';

const PROJECTS = new Set(['unit', 'properties', 'api', 'processes', 'services', 'failure']);
const given = process.argv.slice(2);
const at = given.indexOf('--selectProjects');
if (at >= 0) {
  const after = given.slice(at + 1);
  const end = after.findIndex((word) => !PROJECTS.has(word));
  const names = end < 0 ? after : after.slice(0, end);
  const rest = end < 0 ? [] : after.slice(end);
  process.argv.splice(2, given.length, ...given.slice(0, at), ...rest, '--selectProjects', ...names);
}
await import('../node_modules/jest/bin/jest.js');
