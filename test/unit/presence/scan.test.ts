import { describe, it } from '@jest/globals';
import { visitIdOf } from '../../../src/presence/ids.js';
import { checkedIn, checkedOut, visitRetracted, type CheckInRow, type Fact } from '../../../src/presence/presence.js';
import { scanDecider, type CloseByNext, type Scan } from '../../../src/presence/scan.js';
import { given as givenOf } from '../../support/decider-spec.js';

const given = givenOf(scanDecider);
const origin = { provenance: { source: 'api', correlationId: 'request' } };
const at = (clock: string) => `2021-08-10T${clock}:00Z`;

function row(placeId: string, arrived: string, left?: string): CheckInRow {
  const leftAt = left === undefined ? null : at(left);
  return { personId: 'An', placeId, arrivedAt: at(arrived), leftAt, seat: null, visitId: undefined };
}
const came = (placeId: string, arrived: string, left?: string): Fact => checkedIn(row(placeId, arrived, left), origin);
const scan = (placeId: string, arrived: string, left?: string): Scan => ({
  ...{ type: 'Scan', row: row(placeId, arrived, left), origin, doubleScanMinutes: 5 },
});
const visit = (placeId: string, arrived: string) => {
  const facts = { personId: 'An', placeId, arrivedAt: at(arrived) };
  return { visitId: visitIdOf('api', facts), ...facts };
};
const left = (placeId: string, arrived: string, until: string) =>
  checkedOut(visit(placeId, arrived), at(until), origin);

describe('A scan', () => {
  it('is a visit', () => {
    given().when(scan('cafe', '09:00')).then(came('cafe', '09:00'));
    given(came('cafe', '09:00')).when(scan('cafe', '09:06')).then(came('cafe', '09:06'));
    given(came('cafe', '09:00')).when(scan('market', '09:01')).then(came('market', '09:01'));
  });

  it('within minutes of another at the same place is the same visit, before it or after it', () => {
    given(came('cafe', '09:00')).when(scan('cafe', '09:05')).then();
    given(came('cafe', '09:00')).when(scan('cafe', '08:55')).then();
  });

  it('within minutes is a separate visit if no rule combines them', () => {
    given(came('cafe', '09:00'))
      .when({ ...scan('cafe', '09:01'), doubleScanMinutes: 0 })
      .then(came('cafe', '09:01'));
  });

  it('with a departure time ends the visit that was scanned before, once', () => {
    given(came('cafe', '09:00'))
      .when(scan('cafe', '09:01', '09:50'))
      .then(left('cafe', '09:00', '09:50'));
    given(came('cafe', '09:00'), left('cafe', '09:00', '09:50'))
      .when(scan('cafe', '09:01', '09:50'))
      .then();
  });

  it('does not belong to a visit that was over, or never took place', () => {
    given(came('cafe', '09:00', '09:02'))
      .when(scan('cafe', '09:03'))
      .then(came('cafe', '09:03'));
    given(came('cafe', '09:00'), visitRetracted(visit('cafe', '09:00').visitId, 'An', at('09:00'), origin))
      .when(scan('cafe', '09:03'))
      .then(came('cafe', '09:03'));
  });
});

describe('A check-in elsewhere', () => {
  const HOUR = { stayMinutes: 60, closedByNext: null };
  const rules = new Map([
    ['cafe', HOUR],
    ['market', HOUR],
  ]);
  const close = (now: string[], more: Partial<CloseByNext> = {}): CloseByNext => ({
    ...{ type: 'CloseByNext', personId: 'An', now: new Set(now), rules, closeByNext: true, origin },
    ...more,
  });
  const market = visit('market', '09:30').visitId;
  const both = [came('cafe', '09:00'), came('market', '09:30')] as const;
  const closed = (until: Fact, clock: string) => {
    const provenance = { ...origin.provenance, source: 'close-by-next', causationId: until.event.id };
    return checkedOut(visit('cafe', '09:00'), at(clock), { provenance });
  };

  it('ends a stay that would still be in progress, and says why', () => {
    given(...both)
      .when(close([market]))
      .then(closed(both[1], '09:30'));
  });

  it('ends it earlier if it arrives late, and never later', () => {
    const late = came('market', '09:20');
    const { visitId } = visit('market', '09:20');
    given(...both, closed(both[1], '09:30'), late)
      .when(close([visitId]))
      .then(closed(late, '09:20'));
    given(both[0], late, closed(late, '09:20'), both[1])
      .when(close([market]))
      .then();
  });

  it('does not change a stay with a reported end, or that was over by then', () => {
    given(came('cafe', '09:00', '11:00'), both[1])
      .when(close([market]))
      .then();
    const short = new Map([['cafe', { ...HOUR, stayMinutes: 30 }]]);
    given(...both)
      .when(close([market], { rules: short }))
      .then();
  });

  it("follows the rule for the kind of place, whatever the tenant's rule", () => {
    const ruled = (closedByNext: boolean) => new Map([['cafe', { ...HOUR, closedByNext }]]);
    given(...both)
      .when(close([market], { closeByNext: false }))
      .then();
    given(...both)
      .when(close([market], { closeByNext: false, rules: ruled(true) }))
      .then(closed(both[1], '09:30'));
    given(...both)
      .when(close([market], { rules: ruled(false) }))
      .then();
  });

  it('does not affect stays that have nothing to do with it', () => {
    given(...both)
      .when(close([]))
      .then();
  });
});
