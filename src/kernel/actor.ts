import { z } from 'zod';

/** Who did something. It stands beside an event as `$actor`, and never in its data. */
export interface Actor {
  /** The name, or the id of an account. */
  who: string;
  /** As what: a role, or `unverified` where a name was typed by somebody who holds the key of the installation. */
  as: string;
  /** Through which door: `cli` or `api`. */
  through: string;
}

const text = z.string().min(1).max(200);
const actor = z.object({ who: text, as: text, through: text });

/** Of the name that somebody gave. */
export function unverified(who: string, through: string): Actor {
  return { who, as: 'unverified', through };
}

/** As it stands in the metadata of an event; undefined where that names nobody. */
export function actorIn(stored: unknown): Actor | undefined {
  return actor.safeParse(stored).data;
}

/** In words for people, and for answers that always name somebody. */
export function nameOf(by: Actor | undefined): string {
  return by?.who ?? 'unknown';
}
