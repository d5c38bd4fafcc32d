import { z } from 'zod';

/** Something that happened, as it stands in a stream. */
export interface Event<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** A type of event: its schema, its TypeScript type, its line in `docs/events.md` and its check are this one value. */
export interface EventDefinition<E extends Event = Event> {
  readonly type: E['type'];
  readonly version: number;
  /** In words: when it is recorded. */
  readonly says: string;
  readonly schema: z.ZodType<E['data']>;
  /** It is stored whatever the clock says, and so tells nothing of the time. */
  readonly timeless: boolean;
  /** Of what it says all that is known, in place of what was said of that before; undefined where its stream tells. */
  restates(event: Event): string | undefined;
  /**
   * The event as the newest version of its type.
   * @param version under which its data was stored.
   * @throws UnreadableError which says why, without content of the event.
   */
  read(version: number, data: unknown): E;
  /** Who did it, of an event of before that stood in its metadata. */
  namedIn(version: number, data: unknown): string | undefined;
}

export type EventOf<Definition> = Definition extends EventDefinition<infer E> ? E : never;

interface Described<Type extends string, Data> {
  type: Type;
  /** From 1; one more with each change of what its data is. */
  version: number;
  says: string;
  data: z.ZodType<Data>;
  /** Makes data of version n + 1 from data of version n; at index 0 from data of version 1. */
  upcasts?: readonly ((data: unknown) => unknown)[];
  timeless?: boolean;
  /** The field in which it stood who did it, up to a version: its upcaster takes the field away. */
  named?: { field: string; until: number };
  /** Of what it says all that is known: then only events of the same wait for it where it cannot be taken in. */
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
      if (!success) throw new UnreadableError(`it is not as its type says it is: ${fieldsAtFault(error)}`);
      return { type, data: known };
    },
    namedIn(of, data) {
      if (!named || of > named.until || typeof data !== 'object' || data === null) return undefined;
      const name: unknown = Reflect.get(data, named.field);
      return typeof name === 'string' && name !== '' ? name : undefined;
    },
  };
}

/** Of events that first had a field `by` for the name of who did it. */
export const BY = { field: 'by', until: 1 };
export const withoutBy = (data: unknown) => {
  const { by: _, ...rest } = data as { by?: unknown };
  return rest;
};

function upcast(data: unknown, upcasts: readonly ((data: unknown) => unknown)[]): unknown {
  try {
    return upcasts.reduce((older, next) => next(older), data);
  } catch {
    throw new UnreadableError('an older version of it cannot be read as this one');
  }
}

/** Any event of a set. */
export type EventIn<Set> = Set extends EventSet<infer E> ? E : never;

/** Some types of events, by name. */
export interface EventSet<E extends Event = Event> extends Iterable<EventDefinition<E>> {
  readonly types: readonly E['type'][];
  /** The definition of a type; undefined where it is not one of these. */
  of(type: string): EventDefinition<E> | undefined;
  /** Whether an event that was read is of one of these types. */
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

/** Content of the log that this program cannot read; the message holds nothing of it. */
export class UnreadableError extends Error {
  /** @param where it stands, where that is known. */
  constructor(
    readonly reason: string,
    where?: string,
  ) {
    super(where === undefined ? reason : `${where}: ${reason}`);
    this.name = 'UnreadableError';
  }
}

/** The fields at fault, and nothing of what stands in them. */
function fieldsAtFault({ issues }: z.ZodError): string {
  const fields = issues.map((issue) =>
    issue.code === 'custom'
      ? `${fieldOf(issue)} ${reasonIn(issue.message)}`
      : `${fieldOf(issue)} (${issue.code ?? 'wrong'})`,
  );
  return [...new Set(fields)].slice(0, 5).join(', ');
}

/** Where a value is at fault, as `meetings.0.from`. */
export const fieldOf = ({ path }: Pick<z.core.$ZodIssue, 'path'>) => path.join('.') || 'content';
/** Messages of ours say what is wrong before what to do about it. */
export const reasonIn = (message: string) => message.split('; ')[0] ?? message;
export const fixIn = (message: string) => message.split('; ').slice(1).join('; ');
