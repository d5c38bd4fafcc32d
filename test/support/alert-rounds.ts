import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import type { Input } from './crash-rounds.js';

/** A case that met many people at a market, some of whom met others in a shop afterwards. */
export interface AlertRound {
  /** Numbers that must get a message, each once, as E.164. */
  phones: ReadonlySet<string>;
  /** Of these, the contacts who met the case: tests and a last day are due for them. */
  firstDegree: ReadonlySet<string>;
  positive: Input;
  /** Retracts the same sample, as reported by mistake. */
  retraction: Input;
}

/** Three days ago, in seconds since 1970: everybody met then, so the advice in the messages still holds. */
export const DAY = (Math.floor(Date.now() / 1000 / SECONDS_PER_DAY) - 3) * SECONDS_PER_DAY;
/** The morning in Vietnam of the day on which the last test is due and the follow-up ends, in milliseconds. */
export const LAST_DAY = (DAY + 14 * SECONDS_PER_DAY + 3 * 3600) * 1000;
/** Percentages of people who share the phone of the previous person, and of people without a phone. */
const SHARED = 15;
const NO_PHONE = 5;
/** Percentage of contacts who were only at the shop. */
const SECOND_DEGREE = 20;

/** Writes the files of an outbreak with this many unrelated cases. */
export function makeAlertRounds(options: { folder: string; rounds: number; contacts: number; random: () => number }): {
  background: Input[];
  rounds: AlertRound[];
} {
  const { folder, contacts, random } = options;
  const people: string[] = [];
  const places: string[] = [];
  const visits: string[] = [];
  mkdirSync(folder, { recursive: true });
  const input = (kind: Input['kind'], name: string, header: string, rows: string[]): Input => {
    const file = join(folder, `${name}.csv`);
    writeFileSync(file, [header, ...rows, ''].join('\n'));
    return { kind, file, rows: rows.length };
  };
  const results = (name: string, person: string, result: string) =>
    input('results', name, 'sample_id,person_id,disease,collected_at,reported_at,result', [
      `${person}-s,${person},covid-19,${at(3, 9)},${at(3, 15)},${result}`,
    ]);

  const rounds = Array.from({ length: options.rounds }, (_, round): AlertRound => {
    const phones = new Set<string>();
    const firstDegree = new Set<string>();
    const person = (i: number) => `r${round}-p${i}`;
    const visit = (i: number, place: string, from: number, to: number) =>
      visits.push(`${person(i)},r${round}-${place},${at(1, from)},${at(1, to)}`);
    places.push(`r${round}-market,Chợ ${round},market`, `r${round}-shop,Tiệm ${round},shop`);
    people.push(`${person(0)},Người 0,,vi`);
    visit(0, 'market', 8, 10);
    const firstOfSecond = contacts - Math.floor((contacts * SECOND_DEGREE) / 100);
    let before: string | undefined;
    for (let i = 1; i <= contacts; i++) {
      const chance = random() * 100;
      // A phone shared by an F1 and an F2 gets a message for each, which this test does not cover.
      const shares = chance < SHARED && before !== undefined && i !== firstOfSecond;
      const own = `091${String(round * contacts + i).padStart(7, '0')}`;
      const phone = shares ? before : chance < SHARED + NO_PHONE ? undefined : own;
      before = phone;
      people.push(`${person(i)},Người ${i},${phone ?? ''},vi`);
      if (phone !== undefined) {
        phones.add(`+84${phone.slice(1)}`);
        if (i < firstOfSecond) firstDegree.add(`+84${phone.slice(1)}`);
      }
      if (i < firstOfSecond) visit(i, 'market', 8, 10);
      else visit(i, 'shop', 12, 13);
    }
    // The person through whom they are contacts.
    visit(1, 'shop', 12, 13);
    return {
      phones,
      firstDegree,
      positive: results(`positive-${round}`, person(0), 'positive'),
      retraction: results(`retraction-${round}`, person(0), 'retracted'),
    };
  });
  return {
    background: [
      input('people', 'people', 'person_id,name,phone,language', people),
      input('places', 'places', 'place_id,name,kind', places),
      input('check-ins', 'check-ins', 'person_id,place_id,arrived_at,left_at', visits),
    ],
    rounds,
  };
}

function at(day: number, hour: number): string {
  return formatInstant(DAY + (day - 1) * SECONDS_PER_DAY + hour * 3600);
}
