import { z } from 'zod';

/** Who did something. It is metadata of an event (`$actor`), never part of its data. */
export interface Actor {
  /** The name, or the id of an account. */
  who: string;
  /** A role, the means by which somebody was let in, or `unverified` when somebody who was let in typed the name. */
  as: string;
  /** The interface that was used: `cli`, `api` or `health-form`. */
  through: string;
}

const text = z.string().min(1).max(200);
const actor = z.object({ who: text, as: text, through: text });

/** Whoever holds the key of the installation, until there is a sign-in. */
export const KEY_HOLDER: Actor = { who: 'service-key', as: 'service-key', through: 'api' };

/** Whoever may run commands on this machine. */
export const LOCAL_USER: Actor = { who: 'local-user', as: 'local-user', through: 'cli' };

/** Whoever opened the link in an alert. The event itself says which alert. */
export const LINK_HOLDER: Actor = { who: 'link-holder', as: 'contact', through: 'health-form' };

/** An actor who is known only by a name that somebody typed. */
export function unverified(who: string, through: string): Actor {
  return { who, as: 'unverified', through };
}

/** Parses the `$actor` of an event's metadata; undefined when it names nobody. */
export function actorIn(stored: unknown): Actor | undefined {
  // Most events name nobody, and a failed check costs more than the rest of reading an event.
  return stored === undefined ? undefined : actor.safeParse(stored).data;
}

/** The actor's name for people; `unknown` when there is no actor, since some answers always show a name. */
export function nameOf(by: Actor | undefined): string {
  return by?.who ?? 'unknown';
}
