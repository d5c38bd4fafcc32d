import { oneLine } from '../kernel/text.js';
import type { AsideShown, LeftOutShown, Projections } from './projections.js';
import { timeForPeople } from '../platform/times.js';

/**
 * Why the graph was rebuilt.
 * @param kept the instant and the reason that the graph keeps, with a space between them.
 */
export function describedMadeAgain(kept: string, zone: string): string {
  const [at = '', standing] = kept.split(' ');
  const what = standing === 'shorter' ? 'by an older copy of it' : 'by another log';
  return `It was rebuilt at ${timeForPeople(at, zone)}, because the log was replaced ${what}.`;
}

export function* describedProjections(shown: Projections['projections']): Iterable<string> {
  if (shown.length > 0) yield 'Projections:';
  for (const { name, version, commit, state, percent, trouble } of shown) {
    const how = state === 'active' ? '' : `, ${state}${percent === null ? '' : `: ${percent} %`}`;
    yield oneLine(`  ${name.padEnd(13)} version ${version}  ${commit ?? 'nothing yet'}${how}`);
    if (trouble !== null) yield oneLine(`    makes no progress, and is retried: ${trouble}`);
  }
}

/** How many are shown; JSON has all. */
const SHOWN = 20;

/** Lines about the events that the graph set aside; none when there are no such events. */
export function* describedAside(records: readonly AsideShown[], zone: string): Iterable<string> {
  if (records.length === 0) return;
  yield `${records.length} ${records.length === 1 ? 'event is' : 'events are'} set aside: answers may lack their content.`;
  yield* shownOf(records, zone);
}

/** Lines about the events that workers set aside. */
export function* describedReaders(records: readonly LeftOutShown[], zone: string): Iterable<string> {
  if (records.length === 0) return;
  yield `${records.length} ${records.length === 1 ? 'event is' : 'events are'} set aside by workers: cases, traces or alerts may be missing.`;
  yield* shownOf(
    records.map((record) => ({ ...record, type: `${record.reader}: ${record.type}` })),
    zone,
  );
}

function* shownOf(records: readonly AsideShown[], zone: string): Iterable<string> {
  for (const { type, position, stream, revision, reason, tries, tried_at, retry, accepted } of records.slice(
    0,
    SHOWN,
  )) {
    yield oneLine(`  ${type} at ${position} (${stream}, revision ${revision}): ${reason}`);
    if (retry) yield '    will be retried';
    else if (accepted) yield oneLine(`    accepted as left out by ${accepted.by}: ${accepted.reason}`);
    else if (tries > 0)
      yield `    tried ${tries} ${tries === 1 ? 'time' : 'times'}, last at ${timeForPeople(tried_at, zone)}`;
  }
  if (records.length > SHOWN) yield `  and ${records.length - SHOWN} more: see --json`;
  yield '  Once the cause is fixed, retry them with: npx truyvet projections retry';
  if (records.some(({ accepted }) => !accepted)) {
    yield '  To leave events out for good: npx truyvet projections accept POSITION... --by NAME --reason TEXT';
  }
}
