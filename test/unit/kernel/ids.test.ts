import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { idOf } from '../../../src/kernel/ids.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { caseIdOf } from '../../../src/cases/ids.js';
import { reminderIdOf } from '../../../src/reminders/ids.js';
import { taskIdOf } from '../../../src/tasks/ids.js';
import { visitIdOf } from '../../../src/presence/ids.js';

/** As RFC 9562 specifies it, without the library: logs of every version contain such ids. */
function byTheStandard(parts: readonly string[]): string {
  const namespace = Buffer.from('6f1c5d1e8a434f0d9d1b7a2c3e5f8091', 'hex');
  const digits = createHash('sha1').update(namespace).update(JSON.stringify(parts)).digest('hex');
  const variant = '89ab'.charAt(parseInt(digits.charAt(16), 16) & 3);
  return [
    ...[digits.slice(0, 8), digits.slice(8, 12), `5${digits.slice(13, 16)}`],
    ...[`${variant}${digits.slice(17, 20)}`, digits.slice(20, 32)],
  ].join('-');
}

describe('An id derived from names', () => {
  it('is the one that the logs of installations already contain', () => {
    expect(idOf()).toBe('c200fbc4-88ec-52fa-9380-3305033d6aaa');
    expect(idOf('Nguyễn Văn An', '😷')).toBe('9c0f98e1-afd0-5e3d-9c02-310c1a9ab24d');
    expect(caseIdOf('An', 'covid-19', 0)).toBe('83077ced-6bd6-5e59-9245-d3369bbf93d2');
    expect(alertIdOf('c', 'An', 2)).toBe('fe66975f-1746-50b5-ab8b-cd2f8f3913e2');
    expect(taskIdOf('test', 'c', 'An', 'first')).toBe('ce7d3bb2-0a6d-55db-a8dd-e60f11236747');
    expect(reminderIdOf('covid-19', 'index', '2021-08-01')).toBe('80a0806a-b390-504b-bbd9-151961926771');
    const visit = { personId: 'An', placeId: 'cafe', arrivedAt: '2021-08-01T00:00:00Z' };
    expect(visitIdOf('csv', visit)).toBe('ce0e18ac-3639-58ec-8fff-1987788173a2');
    expect(visitIdOf('csv', { ...visit, visitId: 'v1' })).toBe('ceb82ada-bd19-524d-b325-f49b7cf9b8a1');
  });

  it('is the version 5 UUID of any list of texts', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (parts) => {
        expect(idOf(...parts)).toBe(byTheStandard(parts));
      }),
    );
    // Half a UTF-16 character, and special characters of JSON.
    for (const text of ['\ud800', 'ễ', '"\\\n', 'ễ'.repeat(4_095), 'ễ'.repeat(4_096), 'a'.repeat(100_000)])
      expect(idOf(text)).toBe(byTheStandard([text]));
  });
});
