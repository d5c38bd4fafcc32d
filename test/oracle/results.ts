/**
 * Which samples make a case of a person, by the rules of docs/profiles.md and decision 8; it shares no code with the
 * program. Times are seconds.
 *
 * Nearly all of it follows from what is known at the end, in whatever order it arrived. One thing does not, by design:
 * a rapid test that once confirmed a case continues to do so while it is positive, even if the facts on which it was
 * based are gone. So the expected result has two bounds: what the end alone requires, and what may have been seen on
 * the way. If only one thing happens at a time, the two are equal.
 */
export interface Sample {
  disease: string;
  at: number;
  reportedAt: number;
  outcome: 'positive' | 'negative' | 'inconclusive';
  method: 'pcr' | 'antigen' | 'other' | null;
  pool: number;
  onset: number | null;
}

/** How a person is connected to a case; if `degree` is null, by what they share. */
export interface Tie {
  degree: number | null;
  first: number;
  /** Null while it continues. */
  last: number | null;
}

export interface RapidRule {
  ofContacts: boolean;
  withFactor: boolean;
  withSymptoms: boolean;
  repeatedWithinHours: number | null;
  factorNeeded: boolean;
}

export interface ResultRules {
  /** The rule for a disease on the day of a sample; null accepts every positive test. */
  rapid: (disease: string, at: number) => RapidRule | null;
  followUpDays: number;
}

/** The result of one person in one sample, by a laboratory. */
export interface Held extends Sample {
  sample: string;
  person: string;
  ct?: number | null;
}

/** A laboratory's statement, with its key; if `held` is null, it retracts the earlier statement. */
export interface Statement {
  sample: string;
  person: string;
  disease: string;
  reportedAt: number;
  held: Held | null;
}

/**
 * The last statement on each tube, person and disease, from statements in this order. The one with the latest report
 * counts; a repeated statement was made on purpose, and is as late as any before it.
 */
export function lastWords(said: readonly Statement[]): Held[] {
  const words = new Map<string, { late: number; held: Held | null }>();
  said.forEach((one, at) => {
    const before = said.slice(0, at).filter((each) => nameOf(each) === nameOf(one));
    const again = before.some((each) => sameStatement(each, one));
    const late = Math.max(one.reportedAt, ...before.map((each) => (again ? each.reportedAt : 0)));
    const known = words.get(nameOf(one));
    if (!known || late >= known.late) words.set(nameOf(one), { late, held: one.held });
  });
  return [...words.values()].flatMap(({ held }) => held ?? []);
}

const sameStatement = (a: Statement, b: Statement) =>
  JSON.stringify([a.reportedAt, a.held]) === JSON.stringify([b.reportedAt, b.held]);

/** What is known at one moment. */
export interface Known {
  results: readonly Held[];
  /** The ties between one person and the case of another. */
  ties: (person: string, other: string, disease: string, evidence: readonly Held[]) => readonly Tie[];
}

const DAY = 86_400;
/** The day in Vietnam, which is seven hours ahead of UTC and does not change clocks. */
const dayOf = (at: number): number => Math.floor((at + 7 * 3600) / DAY);
const HOUR = 3_600;

export const nameOf = ({ person, disease, sample }: Pick<Held, 'person' | 'disease' | 'sample'>) =>
  `${person} has ${disease} by ${sample}`;

/** A pool does not show that any member is infected. */
const confirming = ({ outcome, pool }: Sample) => outcome === 'positive' && pool === 1;
const rapid = (result: Sample) => confirming(result) && result.method === 'antigen';

/** The samples of live cases after something happened, by name: at least and at most. */
export function expectedEvidence(
  rules: ResultRules,
  before: ReadonlySet<string>,
  moments: readonly Known[],
): { least: Set<string>; most: Set<string> } {
  const end = moments[moments.length - 1] as Known;
  const now = end.results.filter(confirming);
  const kept = now
    .map(nameOf)
    .filter((name) => before.has(name) && moments.every(({ results }) => positive(results).has(name)));
  const least = closed(rules, kept, [end]);
  const possible = closed(rules, [...before], moments);
  return { least, most: new Set(now.map(nameOf).filter((name) => possible.has(name))) };
}

const positive = (results: readonly Held[]) => new Set(results.filter(confirming).map(nameOf));

/** Everything that confirms a case in one of these moments, and whatever that confirms in turn. */
function closed(rules: ResultRules, from: readonly string[], moments: readonly Known[]): Set<string> {
  const found = new Set(from);
  const results = moments.flatMap((moment) => moment.results.filter(confirming).map((result) => ({ result, moment })));
  for (let size = -1; size < found.size;) {
    size = found.size;
    for (const { result } of results) {
      const rule = rapid(result) ? rules.rapid(result.disease, result.at) : null;
      if (rule === null || confirmsBeside(result)) found.add(nameOf(result));
    }
  }
  return found;

  function confirmsBeside(result: Held): boolean {
    const rule = rules.rapid(result.disease, result.at) as RapidRule;
    const others = results
      .map((each) => each.result)
      .filter(
        ({ person, disease, sample }) =>
          person === result.person && disease === result.disease && sample !== result.sample,
      )
      .filter(rapid);
    const ties = moments
      .flatMap((moment) => tiesIn(moment, result))
      .filter(({ first, last }) => {
        return first <= result.at && (last === null || dayOf(result.at) - dayOf(last) <= rules.followUpDays);
      });
    if (rule.ofContacts && ties.some(({ degree }) => degree === 1)) return true;
    if (rule.withFactor && ties.length > 0) return true;
    if (rule.factorNeeded && ties.length === 0) return false;
    if (rule.withSymptoms && result.onset !== null) return true;
    const within = rule.repeatedWithinHours;
    if (within === null) return false;
    const follows = (second: Held, first: Held) =>
      second.at > first.at && second.at - first.reportedAt <= within * HOUR;
    return others.some((other) => follows(other, result) || follows(result, other));
  }

  /** The ties to all live cases that have been found so far. */
  function tiesIn(moment: Known, { person, disease }: Held): Tie[] {
    const ill = results
      .map((each) => each.result)
      .filter((each) => each.disease === disease && each.person !== person && found.has(nameOf(each)));
    return [...new Set(ill.map((each) => each.person))].flatMap((other) =>
      moment.ties(
        person,
        other,
        disease,
        ill.filter((each) => each.person === other),
      ),
    );
  }
}
