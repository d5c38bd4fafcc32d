// Processes, ports, locks and tools of this machine, for programs that manage other services beside this package.
export { lockFile } from './catalogue.js';
export { withLock } from './lock.js';
export { jarFolder, neo4jVersion } from './neo4j-jars.js';
export { choosePort, isFree } from './ports.js';
export { identityOf, isAlive, memoryOf, type KnownProcess, type Launch } from './processes.js';
export { findJava } from './tools.js';
