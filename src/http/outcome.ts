/** The OpenAPI schema for the outcome of an order. */
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
