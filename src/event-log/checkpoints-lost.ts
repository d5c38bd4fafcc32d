/**
 * The store of the checkpoints was emptied, and with it the consequences of the events: the reader has to load again.
 */
export class CheckpointsLost extends Error {
  constructor(name: string) {
    super(`Redis was emptied: "${name}" reads the log from its start`);
    this.name = 'CheckpointsLost';
  }
}
