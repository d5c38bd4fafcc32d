/** What numbers may be unlikely: of contacts of a case, of those met at one place, of alerts of a day, of its retractions. */
export const UNLIKELY = ['case', 'place', 'day', 'flips'] as const;
