import { describe, expect, it } from '@jest/globals';
import { describedAside, describedMadeAgain, describedReaders } from '../../../src/operations/projection-lines.js';

const ZONE = 'Asia/Ho_Chi_Minh';
const note = {
  ...{ id: 'e1', type: 'CheckedIn', stream: 'presence-an', revision: 0, position: '7', tries: 3 },
  ...{ reason: 'its content is no JSON', tried_at: '2021-08-14T23:30:00.123Z', retry: false, accepted: null },
};

describe('The printed state of projections', () => {
  it('has times in the zone of the installation, like everything that people read', () => {
    const aside = [...describedAside([note], ZONE)];
    expect(aside).toContain('    tried 3 times, last at 2021-08-15 06:30:00+07:00');
    const readers = [...describedReaders([{ ...note, reader: 'open-cases' }], ZONE)];
    expect(readers).toContain('    tried 3 times, last at 2021-08-15 06:30:00+07:00');
    expect(describedMadeAgain('2021-08-14T23:30:00.000Z shorter', ZONE)).toBe(
      'It was rebuilt at 2021-08-15 06:30:00+07:00, because the log was replaced by an older copy of it.',
    );
  });
});
