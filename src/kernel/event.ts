import { z } from 'zod';

/** Something that happened, as a stream stores it. */
export interface Event<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/**
 * A type of event. This one value gives its schema, its TypeScript type, its check and its line in `docs/events.md`.
 */
export interface EventDefinition<E extends Event = Event> {
  readonly type: E['type'];
  readonly version: number;
  /** A sentence that says when it is recorded. */
  readonly says: string;
  readonly schema: z.ZodType<E['data']>;
  /** It is stored even while the clock is in doubt, so it is no evidence of the time. */
  readonly timeless: boolean;
  /**
   * The key of what the event states anew: it replaces every earlier statement about that key. Undefined when the
   * stream of the event says what it is about.
   */
  restates(event: Event): string | undefined;
  /**
   * Reads stored data as the newest version of the type.
   * @param version the version of the stored data.
   * @throws UnreadableError with the reason, without content of the event.
   */
  read(version: number, data: unknown): E;
  /** Who did it, for an event of a version that kept the name in its data instead of its metadata. */
  namedIn(version: number, data: unknown): string | undefined;
}

export type EventOf<Definition> = Definition extends EventDefinition<infer E> ? E : never;

interface Described<Type extends string, Data> {
  type: Type;
  /** From 1; increased by one with each change of its data. */
  version: number;
  says: string;
  data: z.ZodType<Data>;
  /** Each makes data of version n + 1 from data of version n; index 0 starts from version 1. */
  upcasts?: readonly ((data: unknown) => unknown)[];
  timeless?: boolean;
  /** The data field that held the actor's name, and the last version that had it; the upcaster removes the field. */
  named?: { field: string; until: number };
  /**
   * The key of what the event states completely. If the event is set aside, only events with the same key wait for it.
   */
  restates?: (data: Data) => string;
}

export function defineEvent<const Type extends string, Data>(
  described: Described<Type, Data>,
): EventDefinition<Event<Type, Data>> {
  const { type, version, says, data: schema, upcasts = [], timeless = false, named, restates } = described;
  if (upcasts.length !== version - 1) {
    throw new Error(`${type} is of version ${version} and has ${upcasts.length} upcasters: it needs ${version - 1}`);
  }
  const isOf = (event: Event): event is Event<Type, Data> => event.type === type;
  return {
    ...{ type, version, says, schema, timeless },
    restates: (event) => (restates && isOf(event) ? restates(event.data) : undefined),
    read(of, data) {
      if (of > version) {
        throw new UnreadableError(
          `${type} is of version ${of}, this program knows ${version}: it is older than the log`,
        );
      }
      const { success, data: known, error } = schema.safeParse(upcast(data, upcasts.slice(of - 1)));
      if (!success) throw new UnreadableError(`its content does not match its type: ${fieldsAtFault(error)}`);
      return { type, data: known };
    },
    namedIn(of, data) {
      if (!named || of > named.until || typeof data !== 'object' || data === null) return undefined;
      const name: unknown = Reflect.get(data, named.field);
      return typeof name === 'string' && name !== '' ? name : undefined;
    },
  };
}

/** For events whose first version had a field `by` with the name of the person who did it. */
export const BY = { field: 'by', until: 1 };
export const withoutBy = (data: unknown) => {
  const { by: _, ...rest } = data as { by?: unknown };
  return rest;
};

function upcast(data: unknown, upcasts: readonly ((data: unknown) => unknown)[]): unknown {
  try {
    return upcasts.reduce((older, next) => next(older), data);
  } catch {
    throw new UnreadableError('its older version cannot be converted to this one');
  }
}

/** The union of the events of a set. */
export type EventIn<Set> = Set extends EventSet<infer E> ? E : never;

/** A set of event types, by name. */
export interface EventSet<E extends Event = Event> extends Iterable<EventDefinition<E>> {
  readonly types: readonly E['type'][];
  /** The definition of a type; undefined when the set does not have it. */
  of(type: string): EventDefinition<E> | undefined;
  /** Whether the set has the type of this event. */
  includes<T extends Event>(event: T): event is T & E;
}

/** @throws Error when two definitions have the same type. */
export function eventSet<Events extends readonly Event[]>(
  ...definitions: { [At in keyof Events]: EventDefinition<Events[At]> }
): EventSet<Events[number]> {
  return setOf<Events[number]>(definitions);
}

/** The events of two sets. */
export function union<A extends Event, B extends Event>(one: EventSet<A>, other: EventSet<B>): EventSet<A | B> {
  return setOf<A | B>([...new Set<EventDefinition<A | B>>([...one, ...other])]);
}

function setOf<E extends Event>(definitions: readonly EventDefinition<E>[]): EventSet<E> {
  const byType = new Map<string, EventDefinition<E>>();
  for (const definition of definitions) {
    if (byType.has(definition.type)) throw new Error(`two definitions are of the type ${definition.type}`);
    byType.set(definition.type, definition);
  }
  return {
    types: definitions.map(({ type }) => type),
    of: (type) => byType.get(type),
    includes: <T extends Event>(event: T): event is T & E => byType.has(event.type),
    [Symbol.iterator]: () => byType.values(),
  };
}

/** The program cannot read content of the log. The message holds none of that content. */
export class UnreadableError extends Error {
  /** @param where its place in the log, if known. */
  constructor(
    readonly reason: string,
    where?: string,
  ) {
    super(where === undefined ? reason : `${where}: ${reason}`);
    this.name = 'UnreadableError';
  }
}

/** The names of the fields at fault, without their values. */
function fieldsAtFault({ issues }: z.ZodError): string {
  const fields = issues.map((issue) =>
    issue.code === 'custom'
      ? `${fieldOf(issue)} ${reasonIn(issue.message)}`
      : `${fieldOf(issue)} (${issue.code ?? 'wrong'})`,
  );
  return [...new Set(fields)].slice(0, 5).join(', ');
}

/** The path of the value at fault, such as `meetings.0.from`. */
export const fieldOf = ({ path }: Pick<z.core.$ZodIssue, 'path'>) => path.join('.') || 'content';
/** Our messages have the form "reason; fix". */
export const reasonIn = (message: string) => message.split('; ')[0] ?? message;
export const fixIn = (message: string) => message.split('; ').slice(1).join('; ');
