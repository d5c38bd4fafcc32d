/**
 * The rules, implemented one by one in the slowest way: every stay against every other. The oracle shares no code with
 * the engine, so both can be wrong together only if both misread the rules in the same way. Times are seconds.
 */
export interface World {
  stays: {
    person: string;
    place: string;
    from: number;
    to: number;
    /** The end is unknown. */
    imputed?: boolean;
    /** Row of the seat, if seats are numbered. */
    row?: number | null;
  }[];
  /** `distance` in metres, null if it was not measured. */
  nearness: { a: string; b: string; from: number; to: number; distance: number | null }[];
  /** `to` is null while it lasts. */
  isolations: { person: string; from: number; to: number | null }[];
  /** The household of each person. */
  homes?: { person: string; household: string }[];
  /** What people at a place share; at any other place they only meet. */
  shares?: Record<string, 'household' | 'vehicle' | 'group'>;
  tests: { person: string; at: number; outcome: 'positive' | 'negative' | 'inconclusive'; ct: number | null }[];
}

export interface Question {
  person: string;
  from: number;
  /** Null: until something ends it. */
  until: number | null;
  /** Whether an investigator stated that end. */
  untilStated: boolean;
  /** Onset or sampling: an earlier sample does not show the end of this illness. */
  anchorAt: number;
  minimumMinutes: number;
  /** Hours within which the minutes must fall; null adds up all minutes. */
  withinHours: number | null;
  distanceMetres: number | null;
  lingeringMinutes: number;
  seatRows: number | null;
  sharing: Record<'household' | 'vehicle' | 'group', 'contact' | 'factor' | 'none'>;
  greatestDegree: number;
  /** Whether a negative sample ends the window, or one with a higher Ct; null if isolation does. */
  endsByNegative: { ctAbove: number | null } | null;
}

export interface Found {
  person: string;
  first: number;
  /** When the last meeting ended; null if it continues as far as is known. */
  last: number | null;
  seconds: number;
  places: string[];
  via: string[];
  shared: string[];
}

export interface Answer {
  until: number | null;
  degrees: Found[][];
  factors: { person: string; shared: string[]; since: number; places: string[] }[];
}

interface Stretch {
  from: number;
  to: number;
  place: string | null;
}

export function expectedContacts(world: World, question: Question): Answer {
  const { person, from } = question;
  const stated = question.untilStated && question.until !== null;
  const times = atLarge(stated ? [] : isolationsOf(world, person), from, endOfWindow(world, question));
  const degrees: Found[][] = [];
  const known = new Set([person]);
  let factors: Answer['factors'] = [];
  let sources = [{ person, times }];
  while (degrees.length < question.greatestDegree) {
    const found = new Map<string, Found>();
    const common = new Map<string, Common[]>();
    for (const source of sources) {
      const shared = commonOf(world, source, question);
      for (const each of shared) common.set(each.other, [...(common.get(each.other) ?? []), each]);
      const meetings = meetingsOf(world, source, question);
      const sharers = shared.filter(({ rule }) => rule === 'contact').map(({ other }) => other);
      for (const other of new Set([...meetings.keys(), ...sharers])) {
        const met = meetings.get(other) ?? [];
        const enough = shared.filter((each) => each.other === other && each.rule === 'contact');
        const begins = [firstExposure(met, question), ...enough.map(({ from }) => from)];
        const first = Math.min(...begins.map((at) => at ?? Infinity));
        if (known.has(other) || first === Infinity) continue;
        const last = Math.max(...met.map(({ to }) => to), ...enough.map(({ to }) => to));
        const places = [...new Set(met.flatMap(({ place }) => (place === null ? [] : [place])))].sort();
        const before = found.get(other);
        found.set(other, {
          person: other,
          first: Math.min(first, before?.first ?? Infinity),
          last: Math.max(last, before ? (before.last ?? Infinity) : 0),
          seconds: Math.max(secondsOf(met), before?.seconds ?? 0),
          places: degrees.length === 0 ? places : [],
          via: degrees.length === 0 ? [] : [...(before?.via ?? []), source.person].sort(),
          shared: [],
        });
      }
    }
    if (degrees.length === 0) {
      factors = [...common]
        .filter(([other]) => !known.has(other) && !found.has(other))
        .map(([other, had]) => ({
          person: other,
          shared: namesOf(had),
          since: Math.min(...had.map(({ from }) => from)),
          places: [...new Set(had.flatMap(({ place }) => (place === null ? [] : [place])))].sort(),
        }))
        .sort((x, y) => (x.person < y.person ? -1 : 1));
    }
    if (found.size === 0) break;
    const degree = [...found.values()]
      .map((each) => ({
        ...each,
        last: each.last === Infinity ? null : each.last,
        shared: namesOf([...(common.get(each.person) ?? [])].filter(({ rule }) => rule === 'contact')),
      }))
      .sort((x, y) => (x.person < y.person ? -1 : 1));
    degrees.push(degree);
    for (const { person: other } of degree) known.add(other);
    sources = degree.map(({ person: other, first }) => ({
      person: other,
      times: atLarge(isolationsOf(world, other), Math.max(first, releasedAt(world, other, first)), Infinity),
    }));
  }
  const until = times.at(-1)?.to ?? from;
  return { until: until === Infinity ? null : until, degrees, factors };
}

interface Common {
  other: string;
  shared: string;
  rule: 'contact' | 'factor' | 'none';
  place: string | null;
  from: number;
  to: number;
}

const namesOf = (common: readonly Common[]) =>
  ['household', 'vehicle', 'group'].filter((name) => common.some(({ shared }) => shared === name));

/** A person who is infectious at certain times only. */
interface Spreader {
  person: string;
  times: { from: number; to: number }[];
}

/** What others share with an infectious person while that person is infectious. */
function commonOf(world: World, { person, times }: Spreader, question: Question): Common[] {
  return times.flatMap(({ from, to }) => commonFrom(world, { person, from, until: to }, question));
}

function commonFrom(
  world: World,
  source: { person: string; from: number; until: number },
  { sharing, seatRows }: Question,
): Common[] {
  const found: Common[] = [];
  for (const own of world.stays.filter(({ person }) => person === source.person)) {
    const shared = world.shares?.[own.place];
    for (const other of world.stays.filter(({ person, place }) => person !== source.person && place === own.place)) {
      const from = Math.max(own.from, other.from, source.from);
      const to = Math.min(own.to, other.to, source.until);
      if (shared === undefined || from >= to) continue;
      const far =
        seatRows !== null &&
        typeof own.row === 'number' &&
        typeof other.row === 'number' &&
        Math.abs(own.row - other.row) > seatRows;
      if (sharing[shared] === 'contact' && far) continue;
      found.push({ other: other.person, shared, rule: sharing[shared], place: own.place, from, to });
    }
  }
  const homes = world.homes ?? [];
  const own = homes.filter(({ person }) => person === source.person).map(({ household }) => household);
  for (const { person: other, household } of homes) {
    if (other === source.person || !own.includes(household)) continue;
    const lived = { place: null, from: source.from, to: source.until };
    found.push({ other, shared: 'household', rule: sharing.household, ...lived });
  }
  return found.filter(({ rule }) => rule !== 'none');
}

function endOfWindow(world: World, question: Question): number {
  const { person, until, untilStated, anchorAt, endsByNegative } = question;
  if (untilStated && until !== null) return until;
  if (endsByNegative === null) return until ?? Infinity;
  const { ctAbove } = endsByNegative;
  const own = world.tests.filter((test) => test.person === person);
  const faint = (ct: number | null) => ctAbove !== null && ct !== null && ct > ctAbove;
  const ill = own.filter(({ outcome, ct }) => outcome === 'positive' && !faint(ct)).map(({ at }) => at);
  const well = own.filter(({ outcome, ct }) => outcome === 'negative' || (outcome === 'positive' && faint(ct)));
  const after = Math.max(anchorAt, ...ill);
  return Math.min(until ?? Infinity, ...well.map(({ at }) => at).filter((at) => at > after));
}

/** Time of the newest sample since an exposure, if it is negative: nothing was transmitted before it. */
function releasedAt(world: World, person: string, exposedAt: number): number {
  const since = world.tests.filter(
    (test) => test.person === person && test.at >= exposedAt && test.outcome !== 'inconclusive',
  );
  const newest = Math.max(-Infinity, ...since.map(({ at }) => at));
  return since.some(({ at, outcome }) => at === newest && outcome === 'positive') ? -Infinity : newest;
}

/** People whom an infectious person exposed: at a place at the same time or soon after, or nearby at any place. */
function meetingsOf(world: World, { person, times }: Spreader, question: Question): Map<string, Stretch[]> {
  const met = new Map<string, Stretch[]>();
  for (const { from, to } of times) {
    for (const [other, stretches] of meetingsFrom(world, { person, from, until: to }, question)) {
      met.set(other, [...(met.get(other) ?? []), ...stretches]);
    }
  }
  return met;
}

function meetingsFrom(
  world: World,
  source: { person: string; from: number; until: number },
  { distanceMetres, lingeringMinutes, seatRows }: Question,
): Map<string, Stretch[]> {
  const met = new Map<string, Stretch[]>();
  const meet = (other: string, stretch: Stretch) => {
    if (stretch.from < stretch.to) met.set(other, [...(met.get(other) ?? []), stretch]);
  };
  for (const stay of world.stays) {
    const own = { ...stay, from: Math.max(stay.from, source.from), to: Math.min(stay.to, source.until) };
    if (own.person !== source.person || own.from >= own.to) continue;
    for (const other of world.stays) {
      if (other.person === source.person || other.place !== own.place) continue;
      const rows = [own.row ?? null, other.row ?? null];
      if (seatRows !== null && rows[0] !== null && rows[1] !== null && Math.abs(rows[0]! - rows[1]!) > seatRows)
        continue;
      const to = Math.min(other.to, own.to + lingeringMinutes * 60);
      meet(other.person, { from: Math.max(own.from, other.from), to, place: own.place });
    }
  }
  for (const { a, b, from, to, distance } of world.nearness) {
    if (a !== source.person && b !== source.person) continue;
    if (distanceMetres !== null && distance !== null && distance > distanceMetres) continue;
    const other = a === source.person ? b : a;
    meet(other, { from: Math.max(from, source.from), to: Math.min(to, source.until), place: null });
  }
  return met;
}

/** The start of the first meetings that are long enough together; undefined if there are none. */
function firstExposure(met: readonly Stretch[], { minimumMinutes, withinHours }: Question): number | undefined {
  const enough = (from: number, to: number) => {
    const seconds = secondsOf(met.map((each) => ({ from: Math.max(each.from, from), to: Math.min(each.to, to) })));
    return seconds > 0 && seconds >= minimumMinutes * 60;
  };
  // A meeting begins when one starts while no other is in progress.
  const begins = met.map(({ from }) => from).filter((at) => !met.some(({ from, to }) => from < at && at <= to));
  if (withinHours === null) return enough(-Infinity, Infinity) ? Math.min(...begins) : undefined;
  const good = begins.filter((at) => enough(at, at + withinHours * 3600));
  return good.length === 0 ? undefined : Math.min(...good);
}

/** Length of the union: between two neighbouring boundaries, either the whole time counts or none of it. */
function secondsOf(all: readonly { from: number; to: number }[]): number {
  const stretches = all.filter(({ from, to }) => from < to);
  const instants = [...new Set(stretches.flatMap(({ from, to }) => [from, to]))].sort((x, y) => x - y);
  let seconds = 0;
  for (let i = 1; i < instants.length; i++) {
    const from = instants[i - 1] as number;
    const to = instants[i] as number;
    if (stretches.some((each) => each.from <= from && to <= each.to)) seconds += to - from;
  }
  return seconds;
}

/**
 * The times between two instants that no isolation covers; between two boundaries, either all or none of the time is
 * free.
 */
function atLarge(isolations: readonly { from: number; to: number }[], from: number, to: number) {
  const changes = [from, to, ...isolations.flatMap((each) => [each.from, each.to])]
    .filter((at) => at >= from && at <= to)
    .sort((x, y) => x - y);
  const times: { from: number; to: number }[] = [];
  changes.forEach((at, i) => {
    const next = changes[i + 1];
    if (next === undefined || at >= next) return;
    if (isolations.some((each) => each.from <= at && at < each.to)) return;
    const last = times.at(-1);
    if (last?.to === at) last.to = next;
    else times.push({ from: at, to: next });
  });
  return times;
}

/** An open isolation has no end; an isolation that ended when it began never took place. */
function isolationsOf(world: World, person: string): { from: number; to: number }[] {
  return world.isolations
    .filter((each) => each.person === person && each.from !== each.to)
    .map(({ from, to }) => ({ from, to: to ?? Infinity }));
}
