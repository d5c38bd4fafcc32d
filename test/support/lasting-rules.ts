import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes a profile file for `profiles add` with Vietnam's first rules, but with a follow-up of ten years, so that
 * events of 2021 are not over. For tests in which messages go to a provider, where no clock can be set.
 */
export function writeLastingRules(file: string): void {
  const rules = JSON.parse(readFileSync('profiles/covid-19-vn-5053.json', 'utf8')) as object;
  const days = 3_650;
  writeFileSync(file, JSON.stringify({ ...rules, id: 'lasting', follow_up_days: days, quarantine: { 1: { days } } }));
}
