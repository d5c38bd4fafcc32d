// Processes, ports, locks and tools of this machine, for programs that manage other services beside this package.
export { lockFile } from './catalogue.js';
export { withLock } from './lock.js';
export { jarFolder } from './neo4j-jars.js';
export { calendarRelease, ltsRelease, type Neo4jRelease } from './neo4j-release.js';
export { choosePort, isFree } from './ports.js';
export { identityOf, isAlive, memoryOf, type KnownProcess, type Launch } from './processes.js';
export { findJava } from './tools.js';
