import { CompressionFilter } from '@grpc/grpc-js/build/src/compression-filter.js';

/**
 * Asks servers for uncompressed answers, in every call of this process. Since 25.1 KurrentDB compresses each message
 * by itself for clients that accept it, and grpc-js always accepts it and has no option against it. Then an eighth of
 * the events are read, and a quarter of the single appends answered, in the same time. Load this before the first
 * call. It depends on internals of the pinned grpc-js; a test looks at what arrives.
 */
const { sendMetadata } = CompressionFilter.prototype;

CompressionFilter.prototype.sendMetadata = async function (this: CompressionFilter, metadata) {
  const headers = await sendMetadata.call(this, metadata);
  headers.set('grpc-accept-encoding', 'identity');
  return headers;
};
