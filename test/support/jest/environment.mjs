import asyncHooks from 'node:async_hooks';
import NodeEnvironment from 'jest-environment-node';
import process from 'node:process';

/** The storages of the file that runs. */
let made = [];

// Before Node 24 every storage that was ever used is asked at every promise, and Jest makes a storage a file: without this
// each file makes all files after it slower.
if (Number(process.versions.node.split('.')[0]) < 24) {
  const { AsyncLocalStorage } = asyncHooks;
  const value = class extends AsyncLocalStorage {
    constructor(...options) {
      super(...options);
      made.push(this);
    }
  };
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { value });
}

/** Lets go of what Jest leaves behind of each file. */
export default class TidyEnvironment extends NodeEnvironment {
  async teardown() {
    disableStorages();
    await super.teardown();
  }
}

export function disableStorages() {
  for (const storage of made) storage.disable();
  made = [];
}
