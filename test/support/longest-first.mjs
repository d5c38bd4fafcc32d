import Sequencer from '@jest/test-sequencer';
import { basename } from 'node:path';

/** Files that take minutes, the longest first, so that the others do not have to wait for the last one. */
const LONGEST = [
  ...['graph', 'system-crash', 'alert-crash', 'real-data', 'roles-lacking', 'demo', 'building-kill', 'fuzz'],
  ...['first-start', 'roles', 'roles-at-rest', 'roles-json'],
  ...['services', 'stopping', 'stop-while-away', 'console', 'import', 'event-log-start', 'event-log-kill', 'alerts'],
  ...['outbox', 'operators'],
].map((name) => `${name}.test.ts`);
const PROJECTS = ['failure', 'services', 'processes', 'api', 'properties', 'unit'];

const WITH_SERVICES = new Set(['failure', 'services']);

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path, context }) => {
      const project = context.config.displayName?.name ?? '';
      const known = WITH_SERVICES.has(project) ? LONGEST.indexOf(basename(path)) : -1;
      return known >= 0 ? known : LONGEST.length + PROJECTS.indexOf(project);
    };
    return [...super.sort(tests)].sort((a, b) => place(a) - place(b));
  }
}
