import { recordsOf, type PersonMerged, type PersonUnmerged } from '../people/index.js';
import type { TestResult } from '../samples/index.js';
import { belongsToCase } from './case.js';
import type { ProfilesInUse } from './profile.js';
import { following, type EventStore, type Provenance, type RecordedEvent } from '../event-log/event-store.js';
import { addEvidence, confirm, episodesOf, ruling, withdraw, type Episode } from './episodes.js';
import { isPositive, verdictsOf } from './verdicts.js';

const SOURCE = 'open-cases';

/**
 * "Keep one case for one illness, whichever of the person's records its samples name." After a merge, samples of one
 * illness confirm one case; that of the record whose id counts, if it has one. After the records are parted, each
 * sample confirms a case of its own record's person again. Evidence is added in one place before it is withdrawn in the
 * other, so that it is never missing.
 */
export async function applyMerge(
  store: EventStore,
  profiles: ProfilesInUse,
  event: RecordedEvent<PersonMerged | PersonUnmerged>,
): Promise<void> {
  const because = following(event, SOURCE);
  const { personId } = event.data;
  const other = event.type === 'PersonMerged' ? event.data.into : event.data.from;
  const people = [await recordsOf(store, personId)];
  if (!people[0]?.includes(other)) people.push(await recordsOf(store, other));
  for (const disease of new Set(profiles.all.map((profile) => profile.disease))) {
    await part(store, profiles, people, disease, because);
    for (const records of people) await join(store, profiles, records, disease, because);
  }
}

/** Moves samples that a case holds but that belong to another person's record to a case of that person. */
async function part(
  store: EventStore,
  profiles: ProfilesInUse,
  people: readonly (readonly string[])[],
  disease: string,
  because: Provenance,
): Promise<void> {
  const episodes = await Promise.all(people.map((records) => episodesOf(store, records, disease)));
  for (const [i, held] of episodes.entries()) {
    for (const episode of held) {
      for (const { sampleId, confirmation } of episode.state.evidence.values()) {
        const positive = await Promise.all(
          people.map((records) => positiveOf(store, sampleId, records, episode.state.disease)),
        );
        for (const [k, result] of positive.entries()) {
          if (k !== i && result) await confirm(store, profiles, result, because, confirmation);
        }
        if (!positive[i] && positive.some((result) => result !== undefined)) {
          const reason = 'the sample is of another person, whose record was parted from this one';
          await withdraw(store, profiles, episode, sampleId, reason, because);
        }
      }
    }
  }
}

/** Joins live cases of the same illness of one person: their evidence moves to the first of them. */
async function join(
  store: EventStore,
  profiles: ProfilesInUse,
  records: readonly string[],
  disease: string,
  because: Provenance,
): Promise<void> {
  for (let at = 0; ; at++) {
    // Read again each time, because what was moved changes which cases belong together.
    const live = (await episodesOf(store, records, disease)).filter(({ state }) => state.status === 'live');
    const target = live[at];
    if (!target) return;
    for (const episode of live.slice(at + 1)) {
      const results = await evidenceOf(store, episode, records);
      if (!results.every((result) => belongs(profiles, target, result))) continue;
      for (const result of results) {
        const { confirmation } = episode.state.evidence.get(result.sampleId) ?? {};
        await addEvidence(store, profiles, target.caseId, result, because, confirmation);
        const reason = `told by case ${target.caseId}: the two records are of one person`;
        await withdraw(store, profiles, episode, result.sampleId, reason, because);
      }
    }
  }
}

function belongs(profiles: ProfilesInUse, { state }: Episode, result: TestResult): boolean {
  const { reinfectionDays } = ruling(profiles, result.disease, result.collectedAt);
  return belongsToCase(state, result, reinfectionDays, profiles.calendar);
}

async function evidenceOf(store: EventStore, { state }: Episode, records: readonly string[]): Promise<TestResult[]> {
  const results = await Promise.all(
    [...state.evidence.keys()].map((sampleId) => positiveOf(store, sampleId, records, state.disease)),
  );
  return results.filter((result) => result !== undefined);
}

async function positiveOf(
  store: EventStore,
  sampleId: string,
  records: readonly string[],
  disease: string,
): Promise<TestResult | undefined> {
  const verdicts = await verdictsOf(store, sampleId, records, disease);
  return verdicts.map(({ result }) => result).find(isPositive);
}
