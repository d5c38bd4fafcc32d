/** The outcome of a command. */
export interface Changed {
  /** unchanged: it was so before. */
  outcome: 'new' | 'unchanged';
}

export const outcomeOf = (changed: boolean): Changed => ({ outcome: changed ? 'new' : 'unchanged' });
