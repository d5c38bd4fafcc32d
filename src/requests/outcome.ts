/** The outcome of a command. */
export interface Changed {
  /** unchanged: it was already so. */
  outcome: 'new' | 'unchanged';
}

export const outcomeOf = (changed: boolean): Changed => ({ outcome: changed ? 'new' : 'unchanged' });
