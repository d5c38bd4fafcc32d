/** What came of an order. */
export interface Changed {
  /** unchanged: it was so before. */
  outcome: 'new' | 'unchanged';
}

/** @param anything whether the order changed anything. */
export const outcomeOf = (anything: boolean): Changed => ({ outcome: anything ? 'new' : 'unchanged' });

/** As OpenAPI shows it. */
export const outcomeSchema = {
  type: 'object' as const,
  required: ['outcome'],
  properties: {
    outcome: {
      type: 'string' as const,
      enum: ['new', 'unchanged'],
      description: 'unchanged: it was so before',
    },
  },
};
