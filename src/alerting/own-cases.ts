import { caseIdOf, caseStream, isWithinOwnCase, type LastExposure } from '../cases/index.js';
import { recordsOf } from '../people/index.js';
import { readInstant } from '../kernel/instant.js';
import type { EventStore } from '../event-log/event-store.js';
import type { CaseViews } from './case-views.js';
import type { Rules } from './rules.js';

/**
 * Finds the cases of contacts themselves: a person who has a disease needs no message about contact with it, and must
 * not get a message that they are well.
 */
export class OwnCases {
  constructor(
    private readonly store: EventStore,
    private readonly views: CaseViews,
    private readonly rules: Rules,
  ) {}

  /**
   * The person's live case to which an exposure adds nothing: it is earlier than the sampling plus the days after which
   * another positive sample would be a new illness.
   * @param at the exposure, in milliseconds; the present if it goes on.
   * @param records of the person; looked up if left out.
   */
  async of(
    { disease, personId }: { disease: string; personId: string },
    at: number,
    records?: readonly string[],
  ): Promise<string | undefined> {
    for (const record of records ?? (await recordsOf(this.store, personId))) {
      for (let episode = 0; ; episode++) {
        const caseId = caseIdOf(record, disease, episode);
        if (!(await this.#isThere(caseId))) break;
        const view = await this.views.fresh(caseId);
        if (!view.live || view.sampledAt === undefined) continue;
        const days = (await this.rules.of(view))?.reinfectionDays;
        if (isWithinOwnCase(readInstant(view.sampledAt), at / 1000, days, this.rules.calendar)) return caseId;
      }
    }
    return undefined;
  }

  /** Hardly anybody has a case, so a stream that does not exist gets no cached view. */
  async #isThere(caseId: string): Promise<boolean> {
    for await (const _ of this.store.read(caseStream(caseId))) return true;
    return false;
  }
}

/** When the last exposure ended, in milliseconds; `now` if it goes on. */
export function exposedAt({ lastExposureAt }: LastExposure, now: number): number {
  return lastExposureAt === null ? now : readInstant(lastExposureAt) * 1000;
}
