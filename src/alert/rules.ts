import type { DiseaseProfile } from '../domain/profile.js';
import type { EventStore } from '../log/event-store.js';
import { allProfiles } from '../log/profiles.js';
import type { CaseView } from './case-views.js';

/** The rules under which contacts were found; read once, since a version names one set of rules for ever. */
export class Rules {
  #known = new Map<string, DiseaseProfile>();

  constructor(private readonly store: EventStore) {}

  /** Those of the latest trace; undefined where they are not known any more. */
  async of({ list: { latest } }: CaseView): Promise<DiseaseProfile | undefined> {
    if (!latest) return undefined;
    const name = nameOf(latest.profileId, latest.profileVersion);
    if (!this.#known.has(name)) {
      const profiles = await allProfiles(this.store);
      this.#known = new Map(profiles.map((profile) => [nameOf(profile.id, profile.version), profile]));
    }
    return this.#known.get(name);
  }
}

function nameOf(id: string, version: number): string {
  return `${id}@${version}`;
}
