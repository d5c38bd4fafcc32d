import { describe, expect, it } from '@jest/globals';
import { speaking } from '../../../src/console/web/i18n.js';
import { standingOf } from '../../../src/console/web/standing.js';
import type { Overview } from '../../../src/operations/overview-answer.js';

type State = Overview['providers'][number]['state'];

const well = { paused: null, clock_doubt: null, worker: true, reaches_people: true, failed: {} };

const standing = (states: Record<string, State>, more: Partial<Overview> = {}) => {
  const providers = Object.entries(states).map(([provider, state]) => ({ provider, state }));
  const { state, says } = standingOf({ ...well, providers, ...more } as Overview, speaking('en'));
  return [state, says];
};

const NONE_TAKES = 'No provider accepts messages now: each is paused or keeps failing';

describe("The operators' page says as a whole", () => {
  it.each<[string, Record<string, State>, string, string]>([
    [
      'that messages are sent if one provider accepts them',
      { a: 'failing', b: 'fine' },
      'fine',
      'Messages are being sent',
    ],
    [
      'through which provider no message was sent',
      { a: 'untried', out: 'file' },
      'paused',
      'No message has been sent yet through: a',
    ],
    [
      'through which no message was sent if the other keeps failing, and may have sent for weeks',
      { a: 'failing', b: 'untried' },
      'paused',
      'No message has been sent yet through: b',
    ],
    [
      'in red that no provider accepts any, which says nothing about earlier ones',
      { a: 'failing', out: 'file' },
      'away',
      NONE_TAKES,
    ],
    [
      'that no provider accepts any while each is paused separately',
      { a: 'paused', b: 'paused' },
      'paused',
      NONE_TAKES,
    ],
    ['nothing about a provider that is no longer configured', { a: 'removed', b: 'failing' }, 'away', NONE_TAKES],
  ])('%s', (_, states, state, says) => {
    expect(standing(states)).toEqual([state, says]);
  });

  it('that everything is paused, and in red what else keeps messages from people, or was only written to a file', () => {
    const fine = { a: 'fine' } as const;
    expect(standing(fine, { paused: { by: 'Lan', reason: '' }, worker: false })).toEqual([
      ...['paused', 'All messages are paused'],
    ]);
    expect(standing(fine, { clock_doubt: { direction: 'behind', says: '' } as Overview['clock_doubt'] })).toEqual([
      ...['away', 'Nothing is sent: the clock is in doubt'],
    ]);
    expect(standing(fine, { worker: false })).toEqual(['away', 'No worker is running: nothing is sent']);
    expect(standing({ out: 'file' }, { reaches_people: false })[1]).toMatch(/^No provider: .*nobody gets them$/);
    expect(standing(fine, { failed: { file: 383 } })).toEqual(['away', 'Messages are being sent']);
    expect(standing({ a: 'failing' }, { failed: { file: 383 } })).toEqual(['away', NONE_TAKES]);
  });
});
