import { anyStream, eventsOf } from '../../support/events.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { comparePositions, type Position } from '../../../src/event-log/event-store.js';
import { idOf } from '../../../src/kernel/ids.js';
import { react, type Checkpoint, type Checkpoints } from '../../../src/event-log/reactor.js';
import { deadline } from '../../support/deadline.js';
import { MemoryAsideNotes } from '../../support/memory-aside.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const BROKEN = 'this visit cannot be handled';

class Kept implements Checkpoints {
  position: Position | undefined;

  load(): Promise<Checkpoint> {
    return Promise.resolve({ position: this.position, given: undefined });
  }

  save(_name: string, position: Position): Promise<void> {
    this.position = position;
    return Promise.resolve();
  }
}

/** An active reader on a log in memory, whose handler fails for some visits. */
class Scene {
  readonly store = new MemoryEventStore();
  readonly kept = new Kept();
  readonly aside = new MemoryAsideNotes();
  readonly poisoned = new Set<string>();
  readonly said: string[] = [];
  /** Handled visits, with whether they came late. */
  readonly handled: string[] = [];
  /** Whether a service that the handler needs is unreachable. */
  away = false;
  /** The error of every append, while reads are answered. */
  refused: Error | undefined;
  tries = 0;
  #stop = new AbortController();
  #reacting: Promise<void> | undefined;

  async append(...visits: string[]): Promise<void> {
    for (const visitId of visits) {
      const event = { type: 'VisitRetracted' as const, data: { visitId, personId: 'An' } };
      await this.store.append(
        anyStream('presence-An'),
        [{ id: idOf(visitId), event, provenance: { source: 'test' } }],
        'any',
      );
    }
  }

  start(): void {
    this.#stop = new AbortController();
    this.#reacting = react({
      ...{
        store: this.store,
        checkpoints: this.kept,
        aside: this.aside,
        name: 'reader',
        events: eventsOf('VisitRetracted'),
      },
      signal: this.#stop.signal,
      // Short pauses, so that no test waits long for a service.
      pauses: { first: 1, longest: 4, isolating: 2, lookEvery: 5 },
      onError: () => undefined,
      onAside: (line) => this.said.push(line),
      answers: () => (this.away ? Promise.reject(new Error('away')) : Promise.resolve()),
      handle: ({ events }, late) => {
        const visits = events.map(({ data }) => ('visitId' in data ? String(data.visitId) : ''));
        this.tries++;
        if (this.away) return Promise.reject(new Error('no service is there'));
        if (this.refused) return Promise.reject(this.refused);
        if (visits.some((visit) => this.poisoned.has(visit))) return Promise.reject(new Error(BROKEN));
        this.handled.push(...visits.map((visit) => (late ? `${visit} late` : visit)));
        return Promise.resolve();
      },
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#reacting;
  }

  async until(done: () => boolean): Promise<void> {
    for (const end = deadline(20_000); !done(); await delay(1)) if (end.passed()) throw new Error('not in time');
  }

  async caughtUp(): Promise<void> {
    await this.until(() => {
      const end = this.store.all.at(-1)?.position;
      return this.kept.position !== undefined && end !== undefined && comparePositions(this.kept.position, end) >= 0;
    });
  }
}

describe('An event that a reader of the log cannot handle', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.stop());

  it('is set aside alone, reported, and never prevents the others from being handled, each once', async () => {
    const visits = Array.from({ length: 40 }, (_, i) => `v${i}`);
    scene.poisoned.add('v7').add('v31');
    await scene.append(...visits);
    scene.start();
    await scene.caughtUp();
    expect(scene.handled).toEqual(visits.filter((visit) => !scene.poisoned.has(visit)));
    const notes = [...scene.aside.notes.values()];
    expect(notes.map(({ id }) => id)).toEqual([idOf('v7'), idOf('v31')]);
    expect(notes[0]).toMatchObject({ type: 'VisitRetracted', stream: 'presence-An', reason: BROKEN, tries: 3 });
    expect(scene.said).toHaveLength(2);
  });

  it('stays set aside if it is retried too early, and is handled after its cause is fixed', async () => {
    scene.poisoned.add('bad');
    await scene.append('bad', 'good');
    scene.start();
    await scene.caughtUp();
    await scene.aside.askForRetry();
    await scene.until(() => scene.aside.notes.get(idOf('bad'))?.tries === 4);
    scene.poisoned.clear();
    await scene.aside.askForRetry();
    await scene.until(() => scene.aside.notes.size === 0);
    expect(scene.handled).toEqual(['good', 'bad late']);
  });

  it('is known to be left out after a crash between its note and the checkpoint, and no longer when it is handled', async () => {
    scene.poisoned.add('bad');
    await scene.append('bad', 'good');
    scene.start();
    await scene.caughtUp();
    await scene.stop();
    scene.poisoned.clear();
    scene.kept.position = undefined;
    scene.start();
    await scene.caughtUp();
    expect(scene.handled).toEqual(['good', 'good']);
    await scene.aside.askForRetry();
    await scene.until(() => scene.aside.notes.size === 0);
    expect(scene.handled).toEqual(['good', 'good', 'bad late']);
  });

  it('does not exist while a service is unreachable, however often all fail', async () => {
    scene.away = true;
    await scene.append('a', 'b');
    scene.start();
    await scene.until(() => scene.tries > 20);
    expect(scene.aside.notes.size).toBe(0);
    scene.away = false;
    await scene.caughtUp();
    expect(scene.handled).toEqual(['a', 'b']);
  });

  it.each(['unknown', 'deadline-exceeded', 'access-denied'])(
    'does not exist while the log answers but accepts nothing, as with a full disk (%s)',
    async (type) => {
      // The client's errors of appends have a type and no code.
      scene.refused = Object.assign(new Error('the log takes nothing'), { type });
      await scene.append('a', 'b');
      scene.start();
      await scene.until(() => scene.tries > 20);
      expect(scene.aside.notes.size).toBe(0);
      scene.refused = undefined;
      await scene.caughtUp();
      expect(scene.handled).toEqual(['a', 'b']);
    },
  );

  it('is set aside at once if it cannot be read', async () => {
    scene.store.broken.set(idOf('broken'), 'its content is no JSON');
    await scene.append('broken', 'good');
    scene.start();
    await scene.caughtUp();
    expect(scene.handled).toEqual(['good']);
    expect([...scene.aside.notes.values()]).toEqual([
      expect.objectContaining({ id: idOf('broken'), reason: 'its content is no JSON', tries: 0 }),
    ]);
  });
});
