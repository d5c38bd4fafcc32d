import { handle, handleFirst } from '../event-log/handle.js';
import { defineRows } from '../intake/define-rows.js';
import { noveltyOf } from '../intake/novelty.js';
import { oneByOne, outcomeFor, REGISTERED } from '../intake/store-rows.js';
import { placeStream, type PlaceRegistered } from './events.js';
import { placeDecider, type PlaceCommand } from './place.js';
import { PLACE_COLUMNS } from './columns.js';

export const places = defineRows({
  name: 'places',
  columns: PLACE_COLUMNS,

  row: (cells): PlaceRegistered['data'] => ({
    placeId: cells.place_id,
    name: cells.name,
    kind: cells.kind,
    capacity: cells.capacity ?? null,
    latitude: cells.latitude ?? null,
    longitude: cells.longitude ?? null,
    defaultStayMinutes: cells.default_stay_minutes ?? null,
  }),

  ...REGISTERED,
  lane: (row) => row.placeId,
  store: oneByOne(async ({ base }, data, origin) => {
    const novelty = noveltyOf(origin);
    const describe = novelty.isLikely ? handleFirst : handle;
    const command: PlaceCommand = { type: 'DescribePlace', data };
    const handled = await describe(base.store, placeDecider, placeStream(data.placeId), command, origin.provenance);
    novelty.saw(handled.appended?.revision === 0);
    return outcomeFor(handled);
  }),
});
