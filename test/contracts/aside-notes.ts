import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AsideNote, RedisAsideNotes } from '../../src/event-log/aside-notes.js';

type Notes = Pick<RedisAsideNotes, 'load' | 'note' | 'noteAgain' | 'remove' | 'askForRetry' | 'count'>;

const note = (commit: string, more: Partial<AsideNote> = {}): AsideNote => ({
  ...{ id: `e${commit}`, type: 'CheckedIn', stream: 'presence-An-202108', revision: 0, commit, prepare: commit },
  ...{ reason: 'it fails', tries: 3, triedAt: '2026-11-20T00:00:00.000Z', retry: false },
  ...more,
});

/** The common behaviour of every place in which a reader notes what it left out. */
export function describeAsideNotes(where: string, open: () => Promise<Notes>): void {
  describe(`What a reader left out, ${where}`, () => {
    let notes: Notes;
    beforeEach(async () => {
      notes = await open();
      await notes.load('reader');
    });

    it('is listed in the order of the log, and removed when it is handled', async () => {
      for (const commit of ['1000', '200', '30']) await notes.note('reader', note(commit));
      expect((await notes.load('reader')).map(({ commit }) => commit)).toEqual(['30', '200', '1000']);
      expect(await notes.count('reader')).toBe(3);
      await notes.remove('reader', 'e200');
      expect((await notes.load('reader')).map(({ commit }) => commit)).toEqual(['30', '1000']);
    });

    it('keeps its first note when it is found again, and changes when it was retried', async () => {
      await notes.note('reader', note('100'));
      expect(await notes.askForRetry('reader', 100n)).toBe(1);
      await notes.note('reader', note('100', { reason: 'seen by another', tries: 0 }));
      expect(await notes.load('reader')).toEqual([note('100', { retry: true })]);
      await notes.noteAgain('reader', note('100', { reason: 'it fails still', tries: 4 }));
      expect(await notes.load('reader')).toEqual([note('100', { reason: 'it fails still', tries: 4 })]);
    });

    it('can be requested for a retry, all or at one position', async () => {
      for (const commit of ['100', '200']) await notes.note('reader', note(commit));
      expect(await notes.askForRetry('reader', 300n)).toBe(0);
      expect(await notes.askForRetry('reader', 200n)).toBe(1);
      expect((await notes.load('reader')).map(({ retry }) => retry)).toEqual([false, true]);
      expect(await notes.askForRetry('reader')).toBe(2);
    });
  });
}
