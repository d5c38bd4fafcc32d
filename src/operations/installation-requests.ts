import type { ServiceStatus } from '@truyvet/local-services';
import { defineQuestion } from '../requests/define.js';
import { logLines, wrongWithLog } from './log-lines.js';
import { serviceLines } from './service-lines.js';
import type { ServicesAnswer } from './services-answer.js';
import type { LogAnswer } from './verify-log.js';

/** Both are about this machine and need nothing that runs, so they have no route. */
export const verifyLog = defineQuestion({
  name: 'verify-log',
  permission: 'log:verify',
  says: 'check that the whole log is as it was written; works on a stopped and on a running log',
  fields: {
    data: {
      kind: 'folder',
      required: false,
      help: 'folder of the log (default: that of this installation)',
      fix: 'Give the path of a folder.',
    },
    head: {
      kind: 'lines',
      required: false,
      help: 'a head of the chain that was noted earlier, as NUMBER:HASH: exits with 1 if the log is shorter or different; can be repeated',
      fix: 'Give the head that log verify printed: --head NUMBER:HASH, with a hash of 64 digits.',
    },
  },
  needs: ['settings-only'],
  cli: {
    words: 'log verify',
    group: 'the embedded event log',
    told: (answer: LogAnswer) => logLines(answer),
    ends: wrongWithLog,
  },
  answer: async () => (await import('./verify-log.js')).logAnswer,
  handle: async (context, given) => (await import('./verify-log.js')).verifyEventLog(context, given),
});

/** The exit code if a service does not answer. */
const NOT_ALL_ANSWER = 3;
const AWAY: readonly ServiceStatus['state'][] = ['stopped', 'unreachable'];

export const servicesStatus = defineQuestion({
  name: 'services-status',
  permission: 'services:read',
  says: 'show which services run and where; exits with 3 if one does not answer',
  fields: {},
  needs: ['settings-only'],
  cli: {
    words: 'services status',
    indented: true,
    told: (all: ServicesAnswer) => serviceLines(all),
    ends: (all: ServicesAnswer) => (all.some(({ state }) => AWAY.includes(state)) ? NOT_ALL_ANSWER : undefined),
  },
  answer: async () => (await import('./services-answer.js')).servicesAnswer,
  handle: async (context) => (await import('./services-status.js')).readServices(context),
});

export const INSTALLATION_REQUESTS = [verifyLog, servicesStatus];
