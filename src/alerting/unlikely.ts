/**
 * Numbers that may be unlikely: contacts of a case, contacts met at one place, alerts of a day, retractions of a case.
 */
export const UNLIKELY = ['case', 'place', 'day', 'flips'] as const;
