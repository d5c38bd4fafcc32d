import { z } from 'zod';
import type { ContactList } from '../domain/contacts.js';
import type { Contact } from '../domain/events.js';
import { isolatedFrom } from '../domain/isolation.js';
import { LATEST_INSTANT, readInstant } from '../domain/instant.js';
import type { CaseFacts, ExposureFacts, QuestionGraph } from '../graph/question-ports.js';
import type { EventStore } from '../log/event-store.js';
import { allProfiles } from '../log/profiles.js';
import { instant, moreLine, paged, showCase, shownCase } from './answers.js';
import { caseOf } from './cases.js';
import { joined, sharedStays } from './meetings.js';
import { pageOf, placeOf } from './page.js';
import { minutesOf, NotKnown, question, textOf, type Ground } from './question.js';

const exposure = z.object({
  source: z.string().describe('Who may have passed it on'),
  person: z.string(),
  place: z.string().nullable().describe('Null where their phones were near each other'),
  from: instant,
  to: instant,
  minutes: z.number(),
  imputed: z.array(z.string()).describe('People of whose stay no check-out is known: its end is imputed'),
  text: z.string().describe('The exposure in one sentence'),
});
type Exposure = z.infer<typeof exposure>;

const reason = z.object({
  case: shownCase,
  person: z.string(),
  degree: z.int(),
  first: instant.describe('First exposure'),
  minutes: z.number(),
  rule: z.object({ profile: z.string(), version: z.int() }),
  via: z.array(z.string()).describe('Everyone of one degree less who was met; empty for degree 1'),
  exposures: z
    .array(exposure)
    .describe('Degree 1: every meeting with the case. Beyond: the first meeting of each step down from the case'),
});
type Reason = z.infer<typeof reason>;

const answer = paged(reason).extend({ person: z.string() });

/** Why somebody is a contact, with the evidence of each exposure. */
export const why = question<'why', z.infer<typeof answer>>({
  name: 'why',
  answer,

  async ask(ground, given) {
    const { graph } = ground;
    const one = given.case !== undefined || given.of !== undefined;
    const exposures = one ? [await toOne(graph, given)] : await toAll(graph, given.person, given.disease);
    const after = placeOf(given.cursor, z.int()) ?? 0;
    const { items, next } = pageOf(exposures.slice(after), given.limit, () => after + given.limit);
    const reasons: Reason[] = [];
    for (const each of items) reasons.push(...(await reasonOf(ground, each)));
    return { person: given.person, items: reasons, next };
  },

  *told({ person, items, next }) {
    if (items.length === 0) yield `${person} is no contact of a live case.`;
    for (const { case: found, degree, first, minutes, exposures } of items) {
      yield `${person} is F${degree} of ${found.person} (${found.disease}, case ${found.id}): from ${first}, ${minutes} min`;
      for (const { text } of exposures) yield `  ${text}`;
    }
    yield* moreLine(next);
  },
});

async function toOne(
  graph: QuestionGraph,
  given: { person: string; case?: string | undefined; of?: string | undefined; disease?: string | undefined },
) {
  const found = await caseOf(graph, { person: given.of, case: given.case, disease: given.disease });
  const facts = await graph.exposure(given.person, found.caseId);
  if (facts) return facts;
  const shared = await graph.sharedWith(given.person, found.caseId);
  if (shared.length > 0) {
    throw new NotKnown(
      `${given.person} is no contact of ${found.personId} (case ${found.caseId}), but has an epidemiological factor: the same ${shared.join(' and ')}.`,
      `Everyone of whom that holds: npx truyvet factors --case ${found.caseId}`,
    );
  }
  throw new NotKnown(
    `${given.person} is no contact of ${found.personId} (case ${found.caseId}).`,
    `Chains of meetings, contact or not: npx truyvet chains --from ${found.personId} --to ${given.person}`,
  );
}

async function toAll(graph: QuestionGraph, person: string, disease: string | undefined): Promise<ExposureFacts[]> {
  const found = await graph.exposuresOf(person);
  if (found.length === 0 && !(await graph.knowsPerson(person))) {
    throw new NotKnown(`Nothing is known of a person ${person}.`, 'Give the id under which check-ins name the person.');
  }
  if (disease === undefined) return found;
  const cases = await Promise.all(found.map(({ caseId }) => graph.caseById(caseId)));
  return found.filter((_, i) => cases[i]?.disease === disease);
}

/** Nothing when a trace has meanwhile found the person to be no contact. */
async function reasonOf(ground: Ground, facts: ExposureFacts): Promise<Reason[]> {
  const { graph, store, lists } = ground;
  const [found, list] = await Promise.all([graph.caseById(facts.caseId), lists.of(facts.caseId)]);
  const contact = list.contacts.get(facts.personId);
  if (!found || !contact) return [];
  const at = facts.rule.lastIndexOf('@');
  const rule = { profile: facts.rule.slice(0, at), version: Number(facts.rule.slice(at + 1)) };
  const distance = await distanceOf(store, rule);
  const path = pathTo(contact, list);
  const exposures: Exposure[] = [];
  for (const [i, each] of path.entries()) {
    const source = path[i - 1];
    const met = source ? await metInGraph(graph, source, each, distance) : await metCase(graph, found, each);
    // Of the steps before the last one, and of those beyond degree 1, the first meeting is what counts.
    for (const meeting of contact.degree === 1 ? met : met.slice(0, 1)) {
      const parts = { source: source?.personId ?? found.personId, person: each.personId, ...meeting };
      exposures.push(shown(parts, sentence({ ...parts, found, degree: i + 1, rule })));
    }
  }
  return [
    {
      case: showCase(found),
      person: facts.personId,
      degree: contact.degree,
      first: contact.firstExposureAt,
      minutes: Math.round(contact.minutes * 100) / 100,
      rule,
      via: contact.via,
      exposures,
    },
  ];
}

async function distanceOf(store: EventStore, rule: Reason['rule']): Promise<number | null> {
  const profiles = await allProfiles(store);
  return profiles.find(({ id, version }) => id === rule.profile && version === rule.version)?.distanceMetres ?? null;
}

/** From the F1 down to the contact, each through whom was exposed first. */
function pathTo(contact: Contact, { contacts }: ContactList): Contact[] {
  const path = [contact];
  for (let each = contact; each.degree > 1;) {
    const sources = each.via.flatMap((id) => contacts.get(id) ?? []).filter(({ degree }) => degree < each.degree);
    const [first, ...rest] = sources;
    if (!first) break;
    each = rest.reduce((best, next) => (next.firstExposureAt < best.firstExposureAt ? next : best), first);
    path.unshift(each);
  }
  return path;
}

interface Met {
  place: string | null;
  from: number;
  to: number;
  imputed: string[];
}

/** What the trace wrote down of the meetings with the case, with what the graph knows of imputed ends. */
async function metCase(graph: QuestionGraph, found: CaseFacts, { personId, meetings }: Contact): Promise<Met[]> {
  const times = meetings.map(({ placeId, from, to }) => ({
    place: placeId,
    from: readInstant(from),
    to: readInstant(to),
  }));
  const span = { from: Math.min(...times.map(({ from }) => from)), until: Math.max(...times.map(({ to }) => to)) };
  if (times.length === 0) return [];
  const stays = await graph.staysOf([found.personId, personId].map((id) => ({ personId: id, ...span })));
  const open = stays.filter((stay) => stay.open);
  const met = times.map(({ place, from, to }) => {
    const under = open.filter((stay) => stay.placeId === place && stay.from < to && stay.to > from);
    return { place, from, to, imputed: [...new Set(under.map((stay) => stay.personId))] };
  });
  return joined(met);
}

/** Where a contact met one of a degree less, from that one's first exposure until its isolation. */
async function metInGraph(graph: QuestionGraph, source: Contact, to: Contact, distance: number | null): Promise<Met[]> {
  const from = readInstant(source.firstExposureAt);
  const until = Math.min(isolatedFrom(await graph.isolationsOf(source.personId), from), LATEST_INSTANT);
  const [stays, near] = await Promise.all([
    graph.staysOf([source.personId, to.personId].map((personId) => ({ personId, from, until }))),
    graph.near(source.personId, to.personId, from, until),
  ]);
  const own = stays.filter(({ personId }) => personId === source.personId);
  const others = stays.filter(({ personId }) => personId === to.personId);
  const close = near.filter((each) => distance === null || (each.distance ?? 0) <= distance);
  return [
    ...sharedStays(own, others, from, until),
    ...close.map((each) => ({
      place: null,
      from: Math.max(each.from, from),
      to: Math.min(each.to, until),
      imputed: [],
    })),
  ].sort((a, b) => a.from - b.from || a.to - b.to);
}

type Parts = Met & { source: string; person: string };

function shown({ source, person, place, from, to, imputed }: Parts, text: string): Exposure {
  const times = { from: textOf(from), to: textOf(to), minutes: minutesOf(to - from) };
  return { source, person, place, ...times, imputed, text };
}

function sentence(parts: Parts & { found: CaseFacts; degree: number; rule: Reason['rule'] }): string {
  const { source, person, place, from, to, imputed, found, degree, rule } = parts;
  const whom =
    degree === 1 ? `${source}, the ${found.disease} case ${found.caseId},` : `${source}, who is F${degree - 1},`;
  const where = place === null ? 'near each other by their phones' : `at ${place}`;
  const ends = imputed.map((id) => `${id}'s`).join(' and ');
  const guessed = imputed.length === 0 ? '' : `, where no check-out is known and the end of ${ends} stay is imputed`;
  const when = `from ${textOf(from)} until ${textOf(to)}, for ${minutesOf(to - from)} minutes`;
  return `${person} was with ${whom} ${where} ${when}, which makes ${person} F${degree} under ${rule.profile} version ${rule.version}${guessed}.`;
}
