import { idOf } from '../kernel/ids.js';

/** The nth illness of a person, from 0. */
export function caseIdOf(personId: string, disease: string, episode: number): string {
  return idOf('case', personId, disease, String(episode));
}
