import { inOrderOfLog, type AsideNote, type AsideNotes } from '../../src/event-log/aside-notes.js';

/** The events that a reader left out, in memory. */
export class MemoryAsideNotes implements AsideNotes {
  readonly notes = new Map<string, AsideNote>();

  load(_reader: string): Promise<AsideNote[]> {
    const notes = [...this.notes.values()].map((note) => ({ ...note }));
    return Promise.resolve(notes.sort(inOrderOfLog));
  }

  note(reader: string, note: AsideNote): Promise<void> {
    return this.notes.has(note.id) ? Promise.resolve() : this.noteAgain(reader, note);
  }

  noteAgain(_reader: string, note: AsideNote): Promise<void> {
    this.notes.set(note.id, note);
    return Promise.resolve();
  }

  remove(_reader: string, id: string): Promise<void> {
    this.notes.delete(id);
    return Promise.resolve();
  }

  askForRetry(_reader?: string, commit?: bigint): Promise<number> {
    const asked = [...this.notes.values()].filter((note) => commit === undefined || note.commit === String(commit));
    for (const note of asked) note.retry = true;
    return Promise.resolve(asked.length);
  }

  count(_reader: string): Promise<number> {
    return Promise.resolve(this.notes.size);
  }
}
