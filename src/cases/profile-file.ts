import { camelKey, renamed, snakeKey, type Snaked } from '../kernel/snake-case.js';
import type { DiseaseProfile } from './profile.js';

/** A profile as its file holds it, and as it is shown as JSON: its fields in snake_case. */
export type ProfileFile = Snaked<DiseaseProfile>;

/** The profile in a file; its fields may also be in camelCase, as in files of earlier versions. It is not checked. */
export const fromFile = (file: unknown): unknown => renamed(file, camelKey);

/** The fields that a file gives in both spellings, which may differ. */
export function givenTwice(file: unknown): string[] {
  if (typeof file !== 'object' || file === null) return [];
  const keys = Array.isArray(file) ? [] : Object.keys(file).map(snakeKey);
  const twice = keys.filter((key, i) => keys.indexOf(key) !== i);
  return [...twice, ...Object.values(file).flatMap(givenTwice)];
}
