import type { Unlikely } from './events.js';

/** Describes why alerts wait. */
export function reasonOf({ rule, number, likely, placeId }: Unlikely): string {
  switch (rule) {
    case 'case':
      return `it has ${number} contacts; at most ${likely} would be likely`;
    case 'place':
      return `${number} of them met it at ${placeId}; at most ${likely} would be likely`;
    case 'day':
      return `there would be ${number} messages within 24 hours; at most ${likely} would be likely`;
    case 'flips':
      return `it was retracted ${number} times today; at most ${likely} would be likely`;
  }
}
