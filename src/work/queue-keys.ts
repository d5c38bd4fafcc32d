/** The prefix of all of an installation's keys in Redis: two installations may share a Redis. */
export const queuePrefix = (storeId: string): string => `truyvet-${storeId}`;

/** A key in an installation's own part of Redis. @param storeId the log's identity. */
export const queueKey = (storeId: string, name: string): string => `${queuePrefix(storeId)}:${name}`;
