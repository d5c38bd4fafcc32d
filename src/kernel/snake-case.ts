type SnakeKey<K> = K extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeKey<Tail>}`
  : K;

/** A value whose keys are in snake_case, as in JSON that others read. */
export type Snaked<T> = T extends readonly (infer Item)[]
  ? Snaked<Item>[]
  : T extends object
    ? { [K in keyof T as SnakeKey<K>]: Snaked<T[K]> }
    : T;

export const snakeKey = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const camelKey = (key: string): string =>
  key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A copy of plain data in which all keys are in snake_case. */
export const snaked = <T>(value: T): Snaked<T> => renamed(value, snakeKey) as Snaked<T>;

/** A copy of plain data with other keys; of two that become the same the last counts. */
export function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [rename(key), renamed(each, rename)]));
}
