import type { FirstMessages, ManyMessages } from './alerts.js';
import type { CityName } from './cities.js';
import { shown, spread, type Row } from './rows.js';

export function firstMessageRow(city: CityName, { cold, ms, messages, seconds }: FirstMessages): Row {
  const figures = spread(ms);
  return {
    group: 'alerts',
    name: `positive result to first SMS to an F1, ${city}`,
    figures,
    unit: 'ms p50/p95/max',
    beside: `${ms.length} cases; the first after the start ${shown(cold)} ms; ${messages} messages, ${shown(messages / seconds)} a second`,
    target: { wanted: 'p95 < 2 s', met: (figures[1] ?? Infinity) < 2_000 },
  };
}

/** @returns the row and the problems, whatever the speed: people who got no message, or two. */
export function manyMessagesRow(sent: ManyMessages): { row: Row; problems: string[] } {
  const { people, rate, seconds, lost, doubled, faults } = sent;
  const share = people / seconds / rate;
  return {
    row: {
      group: 'alerts',
      name: `${people.toLocaleString('en')} alerts at a provider's ${rate} a second`,
      figures: [share],
      unit: 'of the rate',
      beside: `${shown(seconds)} s; ${faults} faults of the provider; ${lost} lost, ${doubled} told twice`,
      target: { wanted: '0.9, none lost, none twice', met: share >= 0.9 && lost === 0 && doubled === 0 },
    },
    problems: lost === 0 && doubled === 0 ? [] : [`of ${people} people ${lost} were not told, ${doubled} twice`],
  };
}
