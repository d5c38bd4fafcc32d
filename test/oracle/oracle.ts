/**
 * What the rules say, read off one by one and computed the slowest way: every stay against every other. It shares no
 * code with the engine, so that both can only be wrong together by misreading the rules alike. Times are seconds.
 */
export interface World {
  stays: { person: string; place: string; from: number; to: number }[];
  /** `distance` in metres, null where it was not measured. */
  nearness: { a: string; b: string; from: number; to: number; distance: number | null }[];
  /** `to` is null while it lasts. */
  isolations: { person: string; from: number; to: number | null }[];
}

export interface Question {
  person: string;
  from: number;
  /** Null is until isolation. */
  until: number | null;
  /** Onset, or sampling: an isolation that was over by then is not the one that ended this illness's window. */
  anchorAt: number;
  minimumMinutes: number;
  distanceMetres: number | null;
  greatestDegree: number;
}

export interface Answer {
  until: number | null;
  f1: { person: string; first: number; seconds: number; places: string[] }[];
  f2: { person: string; first: number; seconds: number; via: string[] }[];
}

interface Stretch {
  from: number;
  to: number;
  place: string | null;
}

export function expectedContacts(world: World, question: Question): Answer {
  const { person, from } = question;
  const until = question.until ?? isolationOf(world, person, question.anchorAt);
  const answer: Answer = { until: until === Infinity ? null : until, f1: [], f2: [] };
  for (const [other, met] of meetingsOf(world, person, question.distanceMetres)) {
    const inside = within(met, from, until);
    if (!isContact(inside, question)) continue;
    const places = [...new Set(inside.flatMap(({ place }) => (place === null ? [] : [place])))].sort();
    answer.f1.push({ person: other, first: earliest(inside), seconds: secondsOf(inside), places });
  }
  answer.f1.sort(byPerson);
  if (question.greatestDegree === 1) return answer;

  const firstDegree = new Set(answer.f1.map((f1) => f1.person));
  const secondDegree = new Map<string, { first: number; seconds: number; via: string[] }>();
  for (const f1 of answer.f1) {
    const isolated = isolationOf(world, f1.person, f1.first);
    for (const [other, met] of meetingsOf(world, f1.person, question.distanceMetres)) {
      if (other === person || firstDegree.has(other)) continue;
      const inside = within(met, f1.first, isolated);
      if (!isContact(inside, question)) continue;
      const known = secondDegree.get(other) ?? { first: Infinity, seconds: 0, via: [] };
      secondDegree.set(other, {
        first: Math.min(known.first, earliest(inside)),
        seconds: Math.max(known.seconds, secondsOf(inside)),
        via: [...known.via, f1.person].sort(),
      });
    }
  }
  answer.f2 = [...secondDegree].map(([other, met]) => ({ person: other, ...met })).sort(byPerson);
  return answer;
}

/** Everybody a person ever met: at one place at one time, or near each other anywhere. */
function meetingsOf(world: World, person: string, distanceMetres: number | null): Map<string, Stretch[]> {
  const met = new Map<string, Stretch[]>();
  const meet = (other: string, stretch: Stretch) => met.set(other, [...(met.get(other) ?? []), stretch]);
  for (const own of world.stays) {
    if (own.person !== person) continue;
    for (const other of world.stays) {
      if (other.person === person || other.place !== own.place) continue;
      const from = Math.max(own.from, other.from);
      const to = Math.min(own.to, other.to);
      if (from < to) meet(other.person, { from, to, place: own.place });
    }
  }
  for (const { a, b, from, to, distance } of world.nearness) {
    if (a !== person && b !== person) continue;
    if (distanceMetres !== null && distance !== null && distance > distanceMetres) continue;
    if (from < to) meet(a === person ? b : a, { from, to, place: null });
  }
  return met;
}

function within(stretches: readonly Stretch[], from: number, until: number): Stretch[] {
  return stretches
    .map((each) => ({ ...each, from: Math.max(each.from, from), to: Math.min(each.to, until) }))
    .filter((each) => each.from < each.to);
}

function isContact(stretches: readonly Stretch[], { minimumMinutes }: Question): boolean {
  return stretches.length > 0 && secondsOf(stretches) >= minimumMinutes * 60;
}

/** Length of the union: between two neighbouring instants at which anything begins or ends, all or nothing is met. */
function secondsOf(stretches: readonly Stretch[]): number {
  const instants = [...new Set(stretches.flatMap(({ from, to }) => [from, to]))].sort((x, y) => x - y);
  let seconds = 0;
  for (let i = 1; i < instants.length; i++) {
    const from = instants[i - 1] as number;
    const to = instants[i] as number;
    if (stretches.some((each) => each.from <= from && to <= each.to)) seconds += to - from;
  }
  return seconds;
}

function earliest(stretches: readonly Stretch[]): number {
  return Math.min(...stretches.map(({ from }) => from));
}

/** The start of the first isolation that was not over by an instant; Infinity when there is none. */
function isolationOf(world: World, person: string, at: number): number {
  const holding = world.isolations.filter((each) => each.person === person && (each.to === null || each.to > at));
  return Math.min(Infinity, ...holding.map(({ from }) => from));
}

function byPerson(x: { person: string }, y: { person: string }): number {
  return x.person < y.person ? -1 : 1;
}
