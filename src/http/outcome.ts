/** What came of an order, as OpenAPI shows it. */
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
