import asyncHooks from 'node:async_hooks';
import NodeEnvironment from 'jest-environment-node';
import process from 'node:process';

/** The async storages of the running file. */
let made = [];

// Before Node 24, every promise runs the hooks of every storage that was ever used, and Jest creates a storage per
// file: without this, each file slows down all later files.
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

/** Releases what Jest leaves behind after each file. */
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
