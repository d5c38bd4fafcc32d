#!/usr/bin/env bash
# @grpc/grpc-js 1.14.7 on Node: a client asks for compressed answers in every call, and nothing that it is told ends that.
#
# `grpc.default_compression_algorithm: 0` (identity) is about what the client sends. In `grpc-accept-encoding` it names gzip
# and deflate all the same; a value that the caller sets in the call's metadata is overwritten; the options that other gRPC
# libraries have for it (`grpc.compression_enabled_algorithms_bitset`) are not known. A server that compresses for whoever
# says that they take it, each message by itself, therefore does so: an event store that began to, between two of its
# releases, was then read at an eighth of its speed on one machine, and no option of the client undid it.
#
# Seen with @grpc/grpc-js 1.14.7 on Node 20.20.2, by a server that prints the header:
#   no options: identity,deflate,gzip
#   default_compression_algorithm 0: identity,deflate,gzip
#   compression_enabled_algorithms_bitset 1: identity,deflate,gzip
#   grpc-accept-encoding: identity in the metadata of the call: identity,deflate,gzip
#   the same set by an interceptor: identity,deflate,gzip
# Meant: a client that is told to take plain answers alone asks for plain answers alone.
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
