import type { AsideNote, AsideNotes } from '../../src/log/aside-notes.js';

/** What readers left out, kept in memory. */
export class MemoryAsideNotes implements AsideNotes {
  readonly notes = new Map<string, AsideNote>();

  load(): Promise<AsideNote[]> {
    return Promise.resolve([...this.notes.values()].map((note) => ({ ...note })));
  }

  note(_reader: string, note: AsideNote): Promise<void> {
    this.notes.set(note.id, note);
    return Promise.resolve();
  }

  remove(_reader: string, id: string): Promise<void> {
    this.notes.delete(id);
    return Promise.resolve();
  }

  askForRetry(): void {
    for (const note of this.notes.values()) note.retry = true;
  }
}
