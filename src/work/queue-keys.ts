/** What all of an installation's keys in Redis begin with: two installations may share one. */
export const queuePrefix = (storeId: string): string => `truyvet-${storeId}`;

/** A key in an installation's own part of Redis. @param storeId the log's identity. */
export const queueKey = (storeId: string, name: string): string => `${queuePrefix(storeId)}:${name}`;
