#!/usr/bin/env bash
# @grpc/grpc-js 1.14.7 on Node: a client asks for compressed answers in every call, and no option stops it.
#
# `grpc.default_compression_algorithm: 0` (identity) only applies to what the client sends. `grpc-accept-encoding` still
# names gzip and deflate; a value that the caller sets in the call's metadata is overwritten; the options that other
# gRPC libraries have for it (`grpc.compression_enabled_algorithms_bitset`) are unknown. A server that compresses each
# message for callers that accept it therefore does so. When an event store began to do that in a new release, reading
# from it dropped to an eighth of the speed on one machine, and no option of the client could undo that.
#
# Seen with @grpc/grpc-js 1.14.7 on Node 20.20.2, by a server that prints the header:
#   no options: identity,deflate,gzip
#   default_compression_algorithm 0: identity,deflate,gzip
#   compression_enabled_algorithms_bitset 1: identity,deflate,gzip
#   grpc-accept-encoding: identity in the metadata of the call: identity,deflate,gzip
#   the same set by an interceptor: identity,deflate,gzip
# Expected: a client that is set to accept only uncompressed answers asks only for those.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @grpc/grpc-js@1.14.7
cat >seen.cjs <<'JS'
const http2 = require('node:http2');
const grpc = require('@grpc/grpc-js');
const same = (bytes) => bytes;
async function asked(options, { metadata, interceptors } = {}) {
  let header;
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    header = headers['grpc-accept-encoding'];
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const client = new grpc.Client(`127.0.0.1:${server.address().port}`, grpc.credentials.createInsecure(), options);
  await new Promise((done) =>
    client.makeUnaryRequest('/t.T/Get', same, same, Buffer.from('x'), metadata ?? new grpc.Metadata(), { interceptors }, done),
  );
  client.close();
  server.close();
  return header;
}
const plain = new grpc.Metadata();
plain.set('grpc-accept-encoding', 'identity');
const interceptor = (call, next) =>
  new grpc.InterceptingCall(next(call), {
    start(metadata, listener, start) {
      metadata.set('grpc-accept-encoding', 'identity');
      start(metadata, listener);
    },
  });
(async () => {
  const seen = {
    'no options': await asked({}),
    'default_compression_algorithm 0': await asked({ 'grpc.default_compression_algorithm': 0 }),
    'compression_enabled_algorithms_bitset 1': await asked({ 'grpc.compression_enabled_algorithms_bitset': 1 }),
    'grpc-accept-encoding: identity in the metadata of the call': await asked({}, { metadata: plain }),
    'the same set by an interceptor': await asked({}, { interceptors: [interceptor] }),
  };
  for (const [how, header] of Object.entries(seen)) console.log(`${how}: ${header}`);
  process.exit(Object.values(seen).every((header) => header === 'identity,deflate,gzip') ? 0 : 1);
})();
JS
timeout 60 node seen.cjs || { echo 'CHANGED: this is not what was seen'; exit 1; }
