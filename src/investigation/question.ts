import type { z } from 'zod';
import { formatInstant } from '../kernel/instant.js';
import type { QuestionGraph } from './question-ports.js';
import type { EventStore } from '../event-log/event-store.js';
import type { ContactLists } from '../tracing/contact-lists.js';
import type { Given, QuestionName } from './asked.js';

/** What questions are answered from. */
export interface Ground {
  graph: QuestionGraph;
  store: EventStore;
  lists: ContactLists;
  /** In which days are counted. */
  zone: string;
  /** Seconds. */
  now(): number;
}

/** One thing that a tracing team asks: the same over HTTP and on the command line. */
export interface Question<N extends QuestionName = QuestionName, A = unknown> {
  name: N;
  answer: z.ZodType<A>;
  /** @throws NotKnown, RowRefused */
  ask(ground: Ground, given: Given<N>): Promise<A>;
  /**
   * The answer in lines for people.
   * @param reachesPeople whether messages go to anybody; true unless given.
   */
  told(answer: A, reachesPeople?: boolean): Iterable<string>;
}

/** Keeps the types of a question's parts together. */
export function question<N extends QuestionName, A>(parts: Question<N, A>): Question<N, A> {
  return parts;
}

export const textOf = (instant: number): string => formatInstant(instant);
export const textOrNull = (instant: number | null): string | null => (instant === null ? null : formatInstant(instant));
/** Minutes with two digits after the point. */
export const minutesOf = (seconds: number): number => Math.round(seconds / 0.6) / 100;
