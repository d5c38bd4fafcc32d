import type { EventStore } from '../log/event-store.js';
import { allProfiles } from '../log/profiles.js';

/** The diseases that a profile exists for. Profiles are only ever added, so what was known once stays known. */
export class Diseases {
  #known: ReadonlySet<string> = new Set();

  constructor(private readonly store: EventStore) {}

  async has(disease: string): Promise<boolean> {
    if (this.#known.has(disease)) return true;
    this.#known = new Set((await allProfiles(this.store)).map((profile) => profile.disease));
    return this.#known.has(disease);
  }

  /** Those known when last asked. */
  get known(): string[] {
    return [...this.#known];
  }
}
