/** What is not known of a result beside what it says. */
export const NOTHING_BESIDE = {
  onsetAt: null,
  rashAt: null,
  infectiousFrom: null,
  infectiousUntil: null,
  method: null,
  ct: null,
};
