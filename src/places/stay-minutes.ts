/** Minutes that a visit without a check-out lasts where the place says nothing else. */
export const DEFAULT_STAY_MINUTES = 60;

/** The longest that a place may say of itself: a week. */
export const LONGEST_STAY_MINUTES = 10_080;
