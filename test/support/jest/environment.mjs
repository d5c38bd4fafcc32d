import asyncHooks from 'node:async_hooks';
import NodeEnvironment from 'jest-environment-node';

/** The storages of the file that runs. */
let made = [];

// Node 20 asks every storage that was ever used at every promise, and Jest makes a storage a file: without this each file
// makes all files after it slower.
asyncHooks.AsyncLocalStorage = class extends asyncHooks.AsyncLocalStorage {
  constructor(...options) {
    super(...options);
    made.push(this);
  }
};

/** Lets go of what Jest leaves behind of each file. */
export default class TidyEnvironment extends NodeEnvironment {
  async teardown() {
    for (const storage of made) storage.disable();
    made = [];
    await super.teardown();
  }
}
