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
   * @param version the version of the stored data, from 1.
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
  /** Index 0 starts from version 1. */
  upcasts?: readonly Upcast[];
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
      const newest = of === version ? data : newestFrom(of, data, upcasts);
      return { type, data: checked(schema, newest, 'its type') };
    },
    namedIn(of, data) {
      if (!named || of > named.until || typeof data !== 'object' || data === null) return undefined;
      const name: unknown = Reflect.get(data, named.field);
      return typeof name === 'string' && name !== '' ? name : undefined;
    },
  };
}

/**
 * Makes data of version n + 1 from stored data of version n. The schema of the newest version checks what comes out.
 * @throws UnreadableError when the data is not of that version.
 */
export type Upcast = (data: unknown, version: number) => unknown;

/** @param old what `next` needs of the older version: a loose object, since the newest schema checks the other fields. */
export function upcast<Old>(old: z.ZodType<Old>, next: (data: Old) => object): Upcast {
  return (data, version) => next(checked(old, data, `version ${version} of its type`));
}

// These two do without a schema, whose check takes as long as that of the newest version. They leave what is not an
// object to the latter.

/** For fields that the older version did not have. A field that the data has already stays as it is. */
export function adding(fields: Record<string, unknown>): Upcast {
  const added = Object.entries(fields);
  // A literal that begins with the spread of fields takes V8 many times as long.
  const add = (data: object, [field, value]: [string, unknown]) => ({ [field]: value, ...data });
  return (data) => (isRecord(data) ? added.reduce<object>(add, data) : data);
}

/** For a field that the newer version does not have. */
export function dropping(field: string): Upcast {
  return (data) => {
    if (!isRecord(data)) return data;
    const { [field]: _, ...rest } = data;
    return rest;
  };
}

/** For events whose first version had a field `by` with the name of the person who did it. */
export const BY = { field: 'by', until: 1 };
export const withoutBy = dropping(BY.field);

function newestFrom(version: number, data: unknown, upcasts: readonly Upcast[]): unknown {
  try {
    return upcasts.slice(version - 1).reduce((older, next, at) => next(older, version + at), data);
  } catch (error) {
    if (error instanceof UnreadableError) throw error;
    // One event that nobody foresaw is set aside; it must not stop every reader.
    throw new UnreadableError('its older version cannot be converted to this one');
  }
}

/** @param of as the message names it, such as `its type`. */
function checked<Data>(schema: z.ZodType<Data>, data: unknown, of: string): Data {
  const { success, data: known, error } = schema.safeParse(data);
  if (!success) throw new UnreadableError(`its content does not match ${of}: ${fieldsAtFault(error)}`);
  return known;
}

const isRecord = (data: unknown): data is Record<string, unknown> =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

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
