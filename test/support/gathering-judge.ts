/** A message that really went, with what the world was at that moment. */
export interface Gone {
  id: string;
  to: string;
  /** Whose alert it is. */
  of: { person: string; caseId: string };
  degree: number;
  /** The last day that it named, such as 2021-08-19; undefined where it named none. */
  until: string | undefined;
  /** What is counted on in the end: less than the text says where another of the same id may have gone instead. */
  counted: { degree: number; until: string | undefined };
  /** Nobody can know whether it went, and what it may have said was taken back since: its contacts are told anew. */
  doubted: boolean;
  /** What takes it back could not be said, so that somebody goes there. */
  visited: boolean;
  /** Of which it spoke, as it was noted just before. */
  cases: readonly string[];
  /** Who had the phone then, and was a contact of one of these cases. */
  people: ReadonlySet<string>;
  /** For whom it was, though they may have been released in the moment in which it went. */
  meant: ReadonlySet<string>;
  /** How many it said that they are. */
  count: number;
  /** Whether nothing changed in that moment that it could not know of. */
  certain: boolean;
}

/** A contact of a live case. */
export interface ContactNow {
  person: string;
  caseId: string;
  degree: number;
  /** The last day that has to be named; undefined where the rules name none. */
  until: string | undefined;
  phone: string | null;
  /** The message that the last alert of this contact relies on, or is. */
  reliesOn: string | undefined;
}

/** What the message is that took another one back. */
const WITHDRAWAL = /-withdrawal$/;

/**
 * Works out by hand who has to have been told what, from what really went and the contacts at the end.
 * @returns in words what is wrong; nothing where all is well.
 */
export function judgeGathering(gone: readonly Gone[], contacts: readonly ContactNow[]): string[] {
  const wrong: string[] = [];
  const takenBack = new Set(gone.flatMap(({ id }) => (WITHDRAWAL.test(id) ? [id.replace(WITHDRAWAL, '')] : [])));
  const told = gone.filter(({ id }) => !WITHDRAWAL.test(id));
  const ids = gone.map(({ id }) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push(`${id} went twice`);

  for (const contact of contacts) {
    const { person, caseId, phone } = contact;
    // Who has none is visited, or was told before the number was lost.
    if (phone === null) continue;
    const spoke = ({ cases, people, meant }: Gone) =>
      cases.includes(caseId) ||
      people.has(person) ||
      meant.has(person) ||
      contacts.some((other) => other.person === person && cases.includes(other.caseId));
    const telling = told.filter((each) => each.to === phone && !takenBack.has(each.id) && spoke(each));
    if (telling.length === 0) wrong.push(`${person} was not told of ${caseId} at ${phone}`);
    else if (!telling.some((each) => saysEnough(each, contact))) {
      wrong.push(`${person} was told too little of ${caseId}: ${telling.map((each) => inWords(each)).join(', ')}`);
    }
  }

  for (const { id, to, count, people, certain } of told) {
    if (certain && count !== people.size)
      wrong.push(`${id} said ${count} people to ${[...people].join(', ')} of ${to}`);
  }
  for (const each of told) {
    if (!takenBack.has(each.id) && !each.visited && !contacts.some((contact) => standsFor(each, contact))) {
      wrong.push(`${each.id} to ${each.to} stands for nobody`);
    }
  }
  gone.forEach((each, i) => {
    if (WITHDRAWAL.test(each.id)) return;
    const before = gone.slice(0, i);
    const repeated = before.find((other) => isRepeated(other, each, before));
    if (repeated) wrong.push(`${each.id} says again to ${each.to} what ${repeated.id} said`);
  });
  return wrong;
}

function saysEnough({ degree, until }: Gone, needed: Pick<ContactNow, 'degree' | 'until'>): boolean {
  return degree <= needed.degree && (needed.until === undefined || until === undefined || until >= needed.until);
}

/** A number that was corrected hears that its message does not hold once its own person is no contact. */
function standsFor({ id, to, of, cases }: Gone, { person, caseId, phone, reliesOn }: ContactNow): boolean {
  const own = of.person === person && of.caseId === caseId;
  return own || reliesOn === id || (phone === to && cases.includes(caseId));
}

/** The same cases, nothing more asked for, and nothing taken back between, as far as anybody can know. */
function isRepeated(earlier: Gone, later: Gone, before: readonly Gone[]): boolean {
  return (
    earlier.to === later.to &&
    !earlier.doubted &&
    !WITHDRAWAL.test(earlier.id) &&
    !before.some(({ id }) => id === `${earlier.id}-withdrawal`) &&
    earlier.counted.degree <= later.degree &&
    (earlier.counted.until ?? '9') >= (later.until ?? '9') &&
    later.cases.every((caseId) => earlier.cases.includes(caseId))
  );
}

function inWords({ degree, until }: Gone): string {
  return `F${degree}${until === undefined ? '' : ` until ${until}`}`;
}
