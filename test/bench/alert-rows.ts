import type { FirstMessages } from './first-messages.js';
import type { CityName } from './cities.js';
import type { ManyMessages } from './many-messages.js';
import { shown, spread, type Row } from './rows.js';

const FIRST = 'positive result to first SMS to an F1';

export function firstMessageRows(
  city: CityName,
  { cold, ms, ready, messages, seconds }: FirstMessages,
): [Row, Row, Row] {
  const figures = spread(ms);
  const first = spread(cold);
  const start = spread(ready);
  return [
    {
      group: 'alerts',
      name: `${FIRST}, first case after a start, ${city}`,
      figures: first,
      unit: 'ms p50/p95/max',
      beside: `${cold.length} starts, services included`,
      target: { wanted: 'p50 < 1 s', met: first[0] < 1_000 },
    },
    {
      group: 'alerts',
      name: `${FIRST}, ${city}`,
      figures,
      unit: 'ms p50/p95/max',
      beside: `${ms.length} later cases; ${messages} messages, ${shown(messages / seconds)} a second with traces`,
      target: { wanted: 'p95 < 2 s', met: figures[1] < 2_000 },
    },
    {
      group: 'alerts',
      name: `start of projector, worker and API at once, ${city}`,
      figures: start,
      unit: 'ms p50/p95/max',
      beside: `${ready.length} starts; until the last of them said that it is ready`,
    },
  ];
}

/** Messages as fast as they go. */
export function unlimitedMessagesRow({ people, seconds, micros }: ManyMessages): Row {
  const costs = Object.entries(micros).map(([name, each]) => `${shown(each)} ${name}`);
  return {
    group: 'alerts',
    name: `messages through a gateway without a limit`,
    figures: [people / seconds],
    unit: 'messages/s',
    beside: `${people} messages; processor us a message: ${costs.join(', ')}`,
  };
}

/** @param rate messages that the provider takes a second. */
export function pacedMessagesRow({ people, seconds, lost, doubled, faults }: ManyMessages, rate: number): Row {
  const share = people / seconds / rate;
  return {
    group: 'alerts',
    name: `${people.toLocaleString('en')} alerts at a provider's ${rate} a second`,
    figures: [share],
    unit: 'of the rate',
    beside: `${shown(seconds)} s; ${faults} faults of the provider; ${lost} lost, ${doubled} told twice`,
    target: { wanted: '0.9, none lost, none twice', met: share >= 0.9 && lost === 0 && doubled === 0 },
  };
}

/** What is wrong whatever the speed: people who got no message, or two. */
export function problemsOf({ people, lost, doubled }: ManyMessages): string[] {
  return lost === 0 && doubled === 0 ? [] : [`of ${people} people ${lost} were not told, ${doubled} twice`];
}
