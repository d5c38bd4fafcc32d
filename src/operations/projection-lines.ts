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
  return `It was made again at ${timeForPeople(at, zone)}, because the log was replaced ${what}.`;
}

export function* describedProjections(shown: Projections['projections']): Iterable<string> {
  if (shown.length > 0) yield 'Projections:';
  for (const { name, version, commit, state, percent, trouble } of shown) {
    const how = state === 'active' ? '' : `, ${state}${percent === null ? '' : `: ${percent} %`}`;
    yield oneLine(`  ${name.padEnd(13)} version ${version}  ${commit ?? 'nothing yet'}${how}`);
    if (trouble !== null) yield oneLine(`    does not go on, and is tried again: ${trouble}`);
  }
}

/** How many are shown; JSON has all. */
const SHOWN = 20;

/** Lines about the events that the graph set aside; none when there are no such events. */
export function* describedAside(records: readonly AsideShown[], zone: string): Iterable<string> {
  if (records.length === 0) return;
  yield `${records.length} ${records.length === 1 ? 'event is' : 'events are'} set aside: answers may miss what they say.`;
  yield* shownOf(records, zone);
}

/** Lines about the events that workers set aside. */
export function* describedReaders(records: readonly LeftOutShown[], zone: string): Iterable<string> {
  if (records.length === 0) return;
  yield `${records.length} ${records.length === 1 ? 'event is' : 'events are'} left out of what workers make of the log: cases, traces or alerts may be lacking.`;
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
    if (retry) yield '    is to be tried again';
    else if (accepted) yield oneLine(`    accepted as left out by ${accepted.by}: ${accepted.reason}`);
    else if (tries > 0)
      yield `    tried ${tries} ${tries === 1 ? 'time' : 'times'}, at ${timeForPeople(tried_at, zone)} last`;
  }
  if (records.length > SHOWN) yield `  and ${records.length - SHOWN} more: see --json`;
  yield '  Try them again, once the cause is gone, with: npx truyvet projections retry';
  if (records.some(({ accepted }) => !accepted)) {
    yield '  Where they are to stay out: npx truyvet projections accept POSITION... --by NAME --reason TEXT';
  }
}
