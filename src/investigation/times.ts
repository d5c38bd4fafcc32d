import { formatInstant } from '../kernel/instant.js';

export const textOf = (instant: number): string => formatInstant(instant);
export const textOrNull = (instant: number | null): string | null => (instant === null ? null : formatInstant(instant));
/** Minutes, rounded to two decimal places. */
export const minutesOf = (seconds: number): number => Math.round(seconds / 0.6) / 100;
