export { endLogClient } from './client/log-client.js';
export { openLogClient } from './client/open-log-client.js';
