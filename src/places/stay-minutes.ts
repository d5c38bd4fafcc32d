/** The longest that a place may say of itself: a week. */
export const LONGEST_STAY_MINUTES = 10_080;
