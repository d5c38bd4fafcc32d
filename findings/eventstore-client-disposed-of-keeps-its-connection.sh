#!/usr/bin/env bash
# @eventstore/db-client 6.2.1 on Node: over TLS, each disposed client keeps a connection to the server.
#
# `dispose()` ends a client's streams but leaves its gRPC channel open, and no public method of the client closes it. A
# program that creates a client for one read and disposes of it properly has one more connection each time: ten after
# ten such clients. Without TLS this does not show: there, clients of one server share a connection, while the
# credentials of two clients over TLS are never considered equal.
#
# Seen with @eventstore/db-client 6.2.1 on Node 20.20.2:
#   without TLS, 10 clients read and were disposed of: 1 connections stay open 5 seconds later
#   over TLS, 10 clients read and were disposed of: 10 connections stay open 5 seconds later
# Expected: a disposed client has no connection.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @eventstore/db-client@6.2.1 @grpc/grpc-js@1.14.7
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out certificate.pem 2>/dev/null
cat >seen.cjs <<'JS'
const { readFileSync } = require('node:fs');
const net = require('node:net');
const { setTimeout: delay } = require('node:timers/promises');
const grpc = require('@grpc/grpc-js');
const { EventStoreDBClient } = require('@eventstore/db-client');
const raw = { requestSerialize: (b) => b, requestDeserialize: (b) => b, responseSerialize: (b) => b, responseDeserialize: (b) => b };
async function staying(tls) {
  // The part of a server that a read needs: an empty log.
  const server = new grpc.Server();
  server.addService(
    { read: { path: '/event_store.client.streams.Streams/Read', requestStream: false, responseStream: true, ...raw } },
    { read: (call) => call.end() },
  );
  const identity = [{ private_key: readFileSync('key.pem'), cert_chain: readFileSync('certificate.pem') }];
  const credentials = tls ? grpc.ServerCredentials.createSsl(null, identity) : grpc.ServerCredentials.createInsecure();
  const port = await new Promise((done, failed) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? failed(error) : done(bound))),
  );
  const open = new Set();
  const door = net.createServer((caller) => {
    open.add(caller.once('close', () => open.delete(caller)));
    const behind = net.connect(port, '127.0.0.1');
    for (const socket of [caller, behind]) socket.on('error', () => undefined);
    caller.pipe(behind).pipe(caller);
  });
  await new Promise((done) => door.listen(0, '127.0.0.1', done));
  const options = tls ? 'tls=true&tlsCAFile=certificate.pem' : 'tls=false';
  for (let i = 0; i < 10; i++) {
    const client = EventStoreDBClient.connectionString(`esdb://localhost:${door.address().port}?${options}`);
    for await (const event of client.readAll({ maxCount: 1 })) void event;
    await client.dispose();
  }
  await delay(5_000);
  return open.size;
}
(async () => {
  const shown = (how, stay) => `${how} TLS, 10 clients read and were disposed of: ${stay} connections stay open 5 seconds later`;
  const [without, over] = [await staying(false), await staying(true)];
  console.log(shown('without', without));
  console.log(shown('over', over));
  process.exit(without === 1 && over === 10 ? 0 : 1);
})();
JS
timeout 120 node seen.cjs || { echo 'CHANGED: this is not what was seen'; exit 1; }
