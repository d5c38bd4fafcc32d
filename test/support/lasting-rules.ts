import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes a profile, for `profiles add`, of the first rules of Viet Nam under which contacts are watched for ten years: what
 * happened in 2021 is not over. For where messages go to a provider, beside which no clock can be set.
 */
export function writeLastingRules(file: string): void {
  const rules = JSON.parse(readFileSync('profiles/covid-19-vn-5053.json', 'utf8')) as object;
  const days = 3_650;
  writeFileSync(file, JSON.stringify({ ...rules, id: 'lasting', followUpDays: days, quarantine: { 1: { days } } }));
}
