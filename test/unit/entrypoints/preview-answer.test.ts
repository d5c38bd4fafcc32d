import { expect, it } from '@jest/globals';
import { previewAnswer } from '../../../src/entrypoints/preview-answer.js';
import type { Preview } from '../../../src/investigation/preview.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const NOTHING: Preview = {
  cases: { opened: [], retracted: [], changed: [] },
  ...{ told: [], told_again: [], told_already: [], taken_back: [], called_off: [], not_told: [], unreached: [] },
  ...{ waiting: 0, messages: {}, graph_behind: false },
};

it('A preview has beside what would follow how many rows were read, and what is wrong with which', async () => {
  const rows = 'person_id,started_at\nAn,2021-08-01T09:00:00Z\n,2021-08-01T09:00:00Z\n';
  const answer = await previewAnswer(
    (above: MemoryEventStore) => importText(meansOver(above), 'isolations', rows),
    async (takeIn) => {
      await takeIn(new MemoryEventStore());
      return NOTHING;
    },
  );
  expect(answer).toEqual({
    ...NOTHING,
    ...{ rows: 2, rejected: 1 },
    errors: [{ row: 3, field: 'person_id', reason: 'is missing', fix: expect.any(String) }],
  });
});
