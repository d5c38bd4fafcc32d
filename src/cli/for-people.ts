import type { KnownIds } from '../contact-graph/known-ids.js';
import { timeForPeople } from '../platform/times.js';

const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * An answer in the form for people: times of the zone with their offset, and the ids of cases, tasks and alerts
 * shortened as far as they stay unique. Other ids, and times inside a text, stay unchanged, because people look them up
 * as they are.
 */
export async function forPeople<T>(answer: T, graph: Pick<KnownIds, 'shortIds'>, zone: string): Promise<T> {
  const ids = new Set<string>();
  changed(answer, (text) => {
    for (const [id] of text.matchAll(UUID)) ids.add(id);
    return text;
  });
  const short = ids.size === 0 ? new Map<string, string>() : await graph.shortIds([...ids]);
  return changed(answer, (text) =>
    UTC.test(text) ? timeForPeople(text, zone) : text.replaceAll(UUID, (id) => short.get(id) ?? id),
  ) as T;
}

/** A copy in which each text value is changed; the names of fields stay. */
function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => changed(each, change));
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, changed(each, change)]));
}
