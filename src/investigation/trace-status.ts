/** Labels for how far a case is traced. */
export const TRACED = {
  traced: 'traced',
  waiting: 'waiting to be traced',
  again: 'waiting to be traced again',
} as const;
export type Traced = keyof typeof TRACED;

export const ALL_TRACED = Object.keys(TRACED) as [Traced, ...Traced[]];
