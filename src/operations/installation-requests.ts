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
  says: 'read all of it and say what is not as it was written; works on a stopped and on a running log',
  fields: {
    data: {
      kind: 'folder',
      required: false,
      help: 'folder of the log; the one of this installation when left out',
      fix: 'Give the path of a folder.',
    },
    head: {
      kind: 'lines',
      required: false,
      help: 'a head of the chain that was kept, as NUMBER:HASH: ends with 1 when the log is shorter or another; may be given again',
      fix: 'Give what log verify printed of the chain: --head NUMBER:HASH, the hash with 64 digits.',
    },
  },
  needs: ['settings-only'],
  cli: {
    words: 'log verify',
    group: 'the event log that Truyvet keeps itself',
    told: (answer: LogAnswer) => logLines(answer),
    ends: wrongWithLog,
  },
  answer: async () => (await import('./verify-log.js')).logAnswer,
  handle: async (context, given) => (await import('./verify-log.js')).verifyEventLog(context, given),
});

/** Exits with this when a service does not answer. */
const NOT_ALL_ANSWER = 3;
const AWAY: readonly ServiceStatus['state'][] = ['stopped', 'unreachable'];

export const servicesStatus = defineQuestion({
  name: 'services-status',
  permission: 'services:read',
  says: 'say what runs and where; exits with 3 when something does not answer',
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
