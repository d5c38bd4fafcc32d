/** A message that was really sent, with the state of the world at that moment. */
export interface Gone {
  id: string;
  to: string;
  /** The person and case of its alert. */
  of: { person: string; caseId: string };
  degree: number;
  /** The last day that it named, such as 2021-08-19; undefined if it named none. */
  until: string | undefined;
  /**
   * What the program counts on in the end: less than the text says if another text with the same id may have been sent.
   */
  counted: { degree: number; until: string | undefined };
  /** Whether nobody can know if it was sent, and it was taken back since: its contacts are informed again. */
  doubted: boolean;
  /** Whether its withdrawal could not be sent, so that somebody visits the person. */
  visited: boolean;
  /** The cases that it covered, as noted just before it was sent. */
  cases: readonly string[];
  /** Contacts of one of these cases who had the phone at that time. */
  people: ReadonlySet<string>;
  /** The intended people, even if they were released at the moment in which it was sent. */
  meant: ReadonlySet<string>;
  /** The number of people in its text. */
  count: number;
  /** Whether nothing changed at that moment without its knowledge. */
  certain: boolean;
}

/** A contact of a live case. */
export interface ContactNow {
  person: string;
  caseId: string;
  degree: number;
  /** The last day that has to be named; undefined if the rules name none. */
  until: string | undefined;
  phone: string | null;
  /** The message of this contact's last alert, or the one on which it relies. */
  reliesOn: string | undefined;
}

/** Matches the id of a message that takes another one back. */
const WITHDRAWAL = /-withdrawal$/;

/**
 * Derives independently who must have got which message, from the messages that were sent and the contacts at the end.
 * @returns descriptions of the errors; empty if all is well.
 */
export function judgeGathering(gone: readonly Gone[], contacts: readonly ContactNow[]): string[] {
  const wrong: string[] = [];
  const takenBack = new Set(gone.flatMap(({ id }) => (WITHDRAWAL.test(id) ? [id.replace(WITHDRAWAL, '')] : [])));
  const told = gone.filter(({ id }) => !WITHDRAWAL.test(id));
  const ids = gone.map(({ id }) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push(`${id} went twice`);

  for (const contact of contacts) {
    const { person, caseId, phone } = contact;
    // A contact without a phone gets a visit, or was informed before losing the number.
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

/** A corrected number is told that its message does not hold when its own person is no longer a contact. */
function standsFor({ id, to, of, cases }: Gone, { person, caseId, phone, reliesOn }: ContactNow): boolean {
  const own = of.person === person && of.caseId === caseId;
  return own || reliesOn === id || (phone === to && cases.includes(caseId));
}

/**
 * Whether the later message has the same cases, asks for no more, and nothing was taken back in between, as far as
 * anybody can know.
 */
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
