import { personStream } from '../people/index.js';
import { presenceStream } from '../presence/index.js';
import type { Stream } from '../kernel/stream.js';
import { caseStream } from './events.js';
import { SECONDS_PER_DAY } from '../kernel/instant.js';
import type { EventStore } from '../event-log/event-store.js';
import { hasEvents } from '../event-log/has-events.js';
import { caseIdOf } from './ids.js';
import { allProfiles } from './profiles.js';

/** No system that this one succeeds recorded check-ins before this year. */
const FIRST_YEAR = 2010;
const AT_ONCE = 20;

/**
 * Whether the log has a stream about a person: a registration, an isolation, a check-in or a case. A person without one
 * may still be known from a sample that opened no case, or as the second person of a proximity record; only the graph
 * knows those. For commands only: it reads some two hundred streams.
 * @param now seconds.
 */
export async function isKnownPerson(store: EventStore, personId: string, now: number): Promise<boolean> {
  const diseases = [...new Set((await allProfiles(store)).map(({ disease }) => disease))];
  const named: Stream[] = [
    personStream(personId),
    ...diseases.map((disease) => caseStream(caseIdOf(personId, disease, 0))),
    ...monthsUntil(now + 31 * SECONDS_PER_DAY).map((month) => presenceStream(personId, month)),
  ];
  for (let from = 0; from < named.length; from += AT_ONCE) {
    const found = await Promise.all(named.slice(from, from + AT_ONCE).map((stream) => hasEvents(store, stream)));
    if (found.includes(true)) return true;
  }
  return false;
}

/** The first instant of each month, latest month first. */
function monthsUntil(now: number): string[] {
  const months: string[] = [];
  const last = new Date(now * 1000);
  for (let year = last.getUTCFullYear(); year >= FIRST_YEAR; year--) {
    for (let month = 12; month >= 1; month--) {
      const text = `${year}-${String(month).padStart(2, '0')}-01T00:00:00Z`;
      if (Date.parse(text) <= last.getTime()) months.push(text);
    }
  }
  return months;
}
