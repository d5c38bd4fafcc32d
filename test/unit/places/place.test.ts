import type { PlaceEvent } from '../../../src/places/events.js';
import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/kernel/decider.js';
import { placeDecider } from '../../../src/places/place.js';

const data = {
  placeId: 'cafe',
  name: 'Cafe',
  kind: 'restaurant',
  capacity: 40,
  latitude: 10.77,
  longitude: 106.7,
  defaultStayMinutes: 30,
};
const when = (more: Partial<typeof data>, ...before: PlaceEvent[]) =>
  placeDecider.decide({ type: 'DescribePlace', data: { ...data, ...more } }, fold(placeDecider, before));
const registered: PlaceEvent = { type: 'PlaceRegistered', data };

describe('A place', () => {
  it('is registered by its first description', () => {
    expect(when({})).toEqual([registered]);
  });

  it('changes nothing when described the same again', () => {
    expect(when({}, registered)).toEqual([]);
  });

  it.each(Object.keys(data).slice(1))('is corrected when its %s is another', (fact) => {
    const changed = { [fact]: fact === 'name' || fact === 'kind' ? 'another' : 7 };
    expect(when(changed, registered)).toEqual([{ type: 'PlaceCorrected', data: { ...data, ...changed } }]);
  });

  it('goes back to what it was by another correction', () => {
    const corrected: PlaceEvent = { type: 'PlaceCorrected', data: { ...data, capacity: 7 } };
    expect(when({}, registered, corrected)).toEqual([{ type: 'PlaceCorrected', data }]);
  });
});
