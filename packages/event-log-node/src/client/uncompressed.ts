import { CompressionFilter } from '@grpc/grpc-js/build/src/compression-filter.js';

/**
 * Asks servers for answers that are not compressed, in every call that this process makes. KurrentDB compresses each message
 * by itself since 25.1, for whoever says that it may, and grpc-js always says so and has no option for it: an eighth as
 * many events are read, and a quarter as many single appends answered, in the same time. To be loaded before anything is
 * asked. It leans on the inside of the pinned grpc-js: a test sees what arrives.
 */
const { sendMetadata } = CompressionFilter.prototype;

CompressionFilter.prototype.sendMetadata = async function (this: CompressionFilter, metadata) {
  const headers = await sendMetadata.call(this, metadata);
  headers.set('grpc-accept-encoding', 'identity');
  return headers;
};
