import type { PlaceEvent } from '../../../src/places/events.js';
import { describe, it } from '@jest/globals';
import { placeDecider, type PlaceCommand } from '../../../src/places/place.js';
import { given as givenOf } from '../../support/decider-spec.js';

const data = {
  placeId: 'cafe',
  name: 'Cafe',
  kind: 'restaurant',
  capacity: 40,
  latitude: 10.77,
  longitude: 106.7,
  defaultStayMinutes: 30,
};
const registered: PlaceEvent = { type: 'PlaceRegistered', data };
const given = givenOf(placeDecider);
const described = (more: Partial<typeof data> = {}): PlaceCommand => ({
  type: 'DescribePlace',
  data: { ...data, ...more },
});

describe('A place', () => {
  it('is registered by its first description', () => {
    given().when(described()).then(registered);
  });

  it('changes nothing when described the same again', () => {
    given(registered).when(described()).then();
  });

  it.each(Object.keys(data).slice(1))('is corrected if its %s differs', (fact) => {
    const changed = { [fact]: fact === 'name' || fact === 'kind' ? 'another' : 7 };
    given(registered)
      .when(described(changed))
      .then({ type: 'PlaceCorrected', data: { ...data, ...changed } });
  });

  it('goes back to an earlier description by another correction', () => {
    const corrected: PlaceEvent = { type: 'PlaceCorrected', data: { ...data, capacity: 7 } };
    given(registered, corrected).when(described()).then({ type: 'PlaceCorrected', data });
  });
});
