import { allProfiles, type Contact } from '../cases/index.js';
import { toHealthAnswer, healthAnswer } from '../tasks/index.js';
import { evidenceOf, type ContactList, type Encounter, type MeetingRules, type Pair } from '../tracing/index.js';
import { SHARED } from '../contact-graph/place-facts.js';
import { NotKnown } from '../kernel/errors.js';
import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import { readInstant } from '../kernel/instant.js';
import type { TraceGraph } from '../contact-graph/ports.js';
import type { CaseFacts, ExposureFacts, QuestionGraph } from './question-ports.js';
import type { EventStore } from '../event-log/event-store.js';
import { showCase, caseSchema } from './answer-schemas.js';
import { instant, paged } from '../requests/paged.js';
import { timeForPeople } from '../platform/times.js';
import { caseOf } from './cases.js';
import { joined, secondsOf } from './meetings.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { minutesOf, textOf } from './times.js';

const exposure = z.object({
  source: z.string().describe('The person who may have passed it on'),
  person: z.string(),
  place: z.string().nullable().describe('Null if their phones measured the meeting'),
  from: instant,
  to: instant,
  minutes: z.number(),
  imputed: z.array(z.string()).describe('People whose check-out is not known: the end of their stay is imputed'),
  lingering: z.boolean().describe('They were not there at the same time: only the air was shared'),
  text: z
    .string()
    .describe('The exposure as a sentence for people, with times in the zone of the installation and their offset'),
});
type Exposure = z.infer<typeof exposure>;

const reason = z.object({
  case: caseSchema,
  person: z.string(),
  degree: z.int(),
  first: instant.describe('First exposure'),
  minutes: z.number(),
  rule: z.object({ profile: z.string(), version: z.int() }),
  via: z
    .array(z.string())
    .describe('People of the next lower degree who were met, the first hundred by id; empty for degree 1'),
  shared: z
    .array(z.enum(SHARED))
    .describe('Sharing that alone makes a contact under the rules; then there may be no meeting'),
  exposures: z
    .array(exposure)
    .describe(
      'For degree 1, every meeting with the case; else, for each step from the case, the first sufficient meetings',
    ),
});
type Reason = z.infer<typeof reason>;

export const answer = paged(reason).extend({
  person: z.string(),
  records: z.array(z.string()).describe('Other records of the same person, whose id is the one in `person`'),
  answers: z.array(healthAnswer).describe('Answers of the person to messages, oldest first'),
});
export type WhyAnswer = z.infer<typeof answer>;

/** Explains why somebody is a contact, with the evidence of each exposure. */
export async function ask(context: QuestionContext, given: Asked<'why'>): Promise<WhyAnswer> {
  const { graph } = context;
  const one = given.case !== undefined || given.of !== undefined;
  const [person = given.person, ...records] = await graph.recordsOf(given.person);
  const exposures = one ? [await toOne(graph, { ...given, person })] : await toAll(graph, person, given.disease);
  const after = placeOf(given.cursor, z.int()) ?? 0;
  const { items, next } = pageOf(exposures.slice(after), given.limit, () => after + given.limit);
  const reasons: Reason[] = [];
  for (const each of items) reasons.push(...(await reasonOf(context, each)));
  const answers = (await graph.answersOf([person])).map(toHealthAnswer);
  return { person, records, answers, items: reasons, next };
}

async function toOne(
  graph: QuestionGraph,
  given: { person: string; case?: string | undefined; of?: string | undefined; disease?: string | undefined },
) {
  const found = await caseOf(graph, { person: given.of, case: given.case, disease: given.disease });
  if (found.personId === given.person) {
    throw new NotKnown(
      `The case ${found.caseId} is ${given.person}'s own.`,
      'A person cannot be a contact of their own case: name another person.',
    );
  }
  const facts = await graph.exposure(given.person, found.caseId);
  if (facts) return facts;
  const shared = await graph.sharedWith(given.person, found.caseId);
  if (shared.length > 0) {
    throw new NotKnown(
      `${given.person} is not a contact of ${found.personId} (case ${found.caseId}), but has an epidemiological factor: the same ${shared.join(' and ')}.`,
      `To list everybody with a factor: npx truyvet factors --case ${found.caseId}`,
    );
  }
  throw new NotKnown(
    `${given.person} is not a contact of ${found.personId} (case ${found.caseId}).`,
    `To list chains of meetings: npx truyvet chains --from ${found.personId} --to ${given.person}`,
  );
}

async function toAll(graph: QuestionGraph, person: string, disease: string | undefined): Promise<ExposureFacts[]> {
  const found = await graph.exposuresOf(person, disease);
  if (found.length === 0 && !(await graph.knowsPerson(person))) {
    throw new NotKnown(`The person ${person} is not known.`, 'Give the id that check-ins use for the person.');
  }
  return found;
}

/** Empty when a trace has meanwhile found that the person is not a contact. */
async function reasonOf(context: QuestionContext, facts: ExposureFacts): Promise<Reason[]> {
  const { graph, store, lists, zone } = context;
  const [found, list] = await Promise.all([graph.caseById(facts.caseId), lists.of(facts.caseId)]);
  const contact = list.contacts.get(facts.record);
  if (!found || !contact) return [];
  const at = facts.rule.lastIndexOf('@');
  const rule = { profile: facts.rule.slice(0, at), version: Number(facts.rule.slice(at + 1)) };
  const rules = await rulesOf(store, rule);
  const path = pathTo(contact, list);
  const nameOf = await graph.goesBy();
  const exposures = await graph.searching(async (slots) => {
    const shownOnes: Exposure[] = [];
    for (const [i, each] of path.entries()) {
      const source = path[i - 1];
      const { first, met } = source
        ? await metContact(slots, source, each, found.disease, rules)
        : await metCase(slots, found, list.latest, each, rules);
      for (const meeting of contact.degree === 1 ? met : enough(met, first, rules)) {
        const parts = {
          ...{ source: source ? nameOf(source.personId) : found.personId, person: nameOf(each.personId) },
          ...{ ...meeting, imputed: meeting.imputed.map(nameOf) },
        };
        shownOnes.push(shown(parts, sentence({ ...parts, found, degree: i + 1, rule, rules }, zone)));
      }
    }
    return shownOnes;
  });
  return [
    {
      case: showCase(found),
      person: facts.personId,
      degree: contact.degree,
      first: contact.firstExposureAt,
      minutes: Math.round(contact.minutes * 100) / 100,
      rule,
      via: [...new Set(contact.via.map(nameOf))],
      shared: contact.shared,
      exposures,
    },
  ];
}

/** Shows every meeting, for profiles that are not known. */
const NO_RULES: MeetingRules = {
  minimumMinutes: 0,
  withinHours: null,
  distanceMetres: null,
  lingeringMinutes: 0,
  seatRows: null,
  sharing: { household: 'none', vehicle: 'none', group: 'none' },
};

async function rulesOf(store: EventStore, rule: Reason['rule']): Promise<MeetingRules> {
  const profiles = await allProfiles(store);
  return profiles.find(({ id, version }) => id === rule.profile && version === rule.version) ?? NO_RULES;
}

/** The path from an F1 down to the contact, each through the source that was exposed first. */
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
  /** People whose stay has an imputed end, as far as the graph knows. */
  imputed: string[];
  /** Whether the end of anybody's stay is imputed. */
  guessed: boolean;
  lingering: boolean;
  /** When the source left, if only the air was shared; undefined where the graph no longer knows. */
  left: number | undefined;
}

interface Step {
  /** When the meetings that were enough for a contact began. */
  first: number;
  met: Met[];
}

/** The meetings with the case that the trace recorded, completed with who left when, as the graph knows it. */
async function metCase(
  graph: TraceGraph,
  found: CaseFacts,
  latest: ContactList['latest'],
  { personId, meetings, firstExposureAt }: Contact,
  rules: MeetingRules,
): Promise<Step> {
  const window = { from: readInstant(latest?.from ?? firstExposureAt), until: latest?.until ?? null };
  const isolated = (latest?.isolated ?? []).flatMap(({ from, until }) => [readInstant(from), readInstant(until)]);
  const until = window.until === null ? null : readInstant(window.until);
  const spreading = { from: window.from, until, isolated };
  const pair = { source: found.personId, other: personId, spreading };
  const known = ((await evidenceOf(graph, pair, rules))?.meetings ?? []).map((each) => metIn(each, pair));
  const met = meetings.map(({ placeId: place, from, to, imputed, lingering }): Met => {
    const times = { from: readInstant(from), to: readInstant(to) };
    const same = known.filter(
      (each) => each.place === place && each.lingering === lingering && each.from < times.to && each.to > times.from,
    );
    return {
      ...{ place, ...times, guessed: imputed, lingering },
      imputed: imputed ? [...new Set(same.flatMap((each) => each.imputed))] : [],
      left: same.findLast((each) => each.left !== undefined && each.left <= times.from)?.left,
    };
  });
  return { first: readInstant(firstExposureAt), met: joined(met) };
}

/** The meetings of a contact with a source of the degree before, as a trace counts them. */
async function metContact(
  graph: TraceGraph,
  source: Contact,
  { personId }: Contact,
  disease: string,
  rules: MeetingRules,
): Promise<Step> {
  const spreading = { exposedAt: readInstant(source.firstExposureAt), disease };
  const pair = { source: source.personId, other: personId, spreading };
  const evidence = await evidenceOf(graph, pair, rules);
  return { first: evidence?.first ?? 0, met: (evidence?.meetings ?? []).map((each) => metIn(each, pair)) };
}

function metIn({ place, from, to, sourceImputed, otherImputed, left }: Encounter, { source, other }: Pair): Met {
  const imputed = [...(sourceImputed ? [source] : []), ...(otherImputed ? [other] : [])];
  const lingering = left !== undefined;
  return { place: place ?? null, from, to, imputed, guessed: imputed.length > 0, lingering, left };
}

/** The first meetings from the exposure on that together last long enough. */
function enough(met: readonly Met[], first: number, { minimumMinutes }: MeetingRules): Met[] {
  const taken: Met[] = [];
  for (const meeting of met) {
    const seconds = secondsOf(taken);
    if (taken.length > 0 && seconds >= minimumMinutes * 60) break;
    // A minute counts once, however it was shared.
    if (meeting.from >= first && secondsOf([...taken, meeting]) > seconds) taken.push(meeting);
  }
  return taken;
}

type Parts = Met & { source: string; person: string };

function shown({ source, person, place, from, to, imputed, lingering }: Parts, text: string): Exposure {
  const times = { from: textOf(from), to: textOf(to), minutes: minutesOf(to - from) };
  return { source, person, place, ...times, imputed, lingering, text };
}

function sentence(
  parts: Parts & { found: CaseFacts; degree: number; rule: Reason['rule']; rules: MeetingRules },
  zone: string,
): string {
  const { source, person, place, from, to, imputed, guessed, lingering, left, found, degree, rule, rules } = parts;
  const whom =
    degree === 1 ? `${source}, the ${found.disease} case ${found.caseId},` : `${source}, who is F${degree - 1},`;
  const shownTime = (instant: number) => timeForPeople(textOf(instant), zone);
  const when = `from ${shownTime(from)} until ${shownTime(to)}, for ${minutesOf(to - from)} minutes`;
  const under = `under ${rule.profile} version ${rule.version}`;
  const whose = imputed.length === 0 ? 'a' : imputed.map((id) => `${id}'s`).join(' and ');
  const end = guessed ? `, where no check-out is known and the end of ${whose} stay is imputed` : '';
  if (!lingering) {
    const where = place === null ? 'near each other by their phones' : `at ${place}`;
    return `${person} was with ${whom} ${where} ${when}, which makes ${person} F${degree} ${under}${end}.`;
  }
  const came =
    left === undefined
      ? `was at ${place} after`
      : from > left
        ? `came to ${place} ${minutesOf(from - left)} minutes after`
        : `stayed at ${place} after`;
  const air = `whose air stays infectious for up to ${rules.lingeringMinutes} minutes ${under}`;
  return `${person} ${came} ${whom} had left, ${air}, and was there ${when}, which makes ${person} F${degree}${end}.`;
}
