/** The longest default stay that a place may have: a week. */
export const LONGEST_STAY_MINUTES = 10_080;
