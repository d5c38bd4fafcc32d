#!/usr/bin/env bash
# @grpc/grpc-js 1.14.7 on Node: a client that cancels many streaming reads loses its connection, with every call on it.
#
# Cancelling a server-streaming call before its end (call.cancel(), as an event store's client does when its caller has
# read enough) resets an HTTP/2 stream. Node's HTTP/2 server limits resets to prevent floods: 1,000 at once, then 33 a
# second; the next one ends the whole session. All calls of that client share it, so an unrelated unary call (such as an
# append in progress) fails with INTERNAL (13), which no retry policy covers, on a healthy server, and its caller cannot
# know whether it was carried out.
#
# Seen with @grpc/grpc-js 1.14.7 on Node 20.20.2:
#   900 reads left, the call beside them: ok
#   3000 reads left, the call beside them: 13 INTERNAL
# Expected: another call is answered, however many reads were cancelled.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @grpc/grpc-js@1.14.7
cat >seen.cjs <<'JS'
const grpc = require('@grpc/grpc-js');
const bytes = { requestSerialize: (b) => b, requestDeserialize: (b) => b, responseSerialize: (b) => b, responseDeserialize: (b) => b };
const service = {
  read: { path: '/t.T/Read', requestStream: false, responseStream: true, ...bytes },
  append: { path: '/t.T/Append', requestStream: false, responseStream: false, ...bytes },
};
async function beside(reads) {
  const server = new grpc.Server();
  const waiting = [];
  server.addService(service, {
    read: (call) => call.write(Buffer.from('first')),
    append: (call, done) => waiting.push(done),
  });
  const port = await new Promise((done, failed) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? failed(error) : done(bound))),
  );
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const answer = new Promise((done) =>
    client.makeUnaryRequest('/t.T/Append', (b) => b, (b) => b, Buffer.from('x'), (error) =>
      done(error ? `${error.code} ${grpc.status[error.code]}` : 'ok'),
    ),
  );
  for (let i = 0; i < reads; i++) {
    await new Promise((done) => {
      const call = client.makeServerStreamRequest('/t.T/Read', (b) => b, (b) => b, Buffer.from('x'));
      call.on('error', () => undefined);
      call.once('data', () => { call.cancel(); done(); });
      call.once('end', done);
      call.once('close', done);
    });
    if (i % 50 === 0) await new Promise(setImmediate);
  }
  for (const done of waiting) done(null, Buffer.from('done'));
  const got = await answer;
  client.close();
  server.forceShutdown();
  return got;
}
(async () => {
  const few = await beside(900);
  const many = await beside(3000);
  console.log(`900 reads left, the call beside them: ${few}`);
  console.log(`3000 reads left, the call beside them: ${many}`);
  process.exit(few === 'ok' && many === '13 INTERNAL' ? 0 : 1);
})();
JS
timeout 120 node seen.cjs || { echo 'CHANGED: this is not what was seen'; exit 1; }
