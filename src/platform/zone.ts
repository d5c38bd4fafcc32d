import { IANAZone } from 'luxon';
import { LRUCache } from 'lru-cache';

const HOUR = 3_600_000;
/** Some ten years of hours. */
const HOURS = 100_000;

/**
 * A time zone that remembers its offset from UTC by the hour. Asking the zone data for it takes most of the time of
 * adding days, and that is done several times for each contact.
 */
class RememberingZone extends IANAZone {
  /** In minutes, by hours since 1970; NaN for an hour within which the clocks change. */
  readonly #offsets = new LRUCache<number, number>({ maxSize: HOURS, sizeCalculation: () => 1 });

  override offset(at: number): number {
    const hour = Math.floor(at / HOUR);
    let offset = this.#offsets.get(hour);
    if (offset === undefined) {
      offset = super.offset(hour * HOUR);
      // No zone changes its clocks twice within an hour.
      if (super.offset((hour + 1) * HOUR) !== offset) offset = NaN;
      this.#offsets.set(hour, offset);
    }
    return Number.isNaN(offset) ? super.offset(at) : offset;
  }
}

const zones = new Map<string, IANAZone>();

/** @param name of the IANA database, such as Asia/Ho_Chi_Minh. */
export function zoneOf(name: string): IANAZone {
  const known = zones.get(name);
  if (known) return known;
  const zone = new RememberingZone(name);
  zones.set(name, zone);
  return zone;
}
