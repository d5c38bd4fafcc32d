#!/usr/bin/env bash
# @eventstore/db-client 6.2.1 on Node: a read of which a `for await` takes the first event and leaves never ends.
#
# Leaving the loop destroys the stream that the client hands out, and nothing ends the gRPC call that is piped into it: the
# call waits for room in a stream that is gone. It stays in the client's memory, some 17 kB each, with its HTTP/2 stream,
# whatever the server did, and `dispose()` waits for it without end. Asking a log for its last event this way, as one would,
# every second makes a process grow by 60 MB an hour. A loop that goes on to the end, or a read of a stream that is not
# there, leaves nothing.
#
# Seen with @eventstore/db-client 6.2.1 on Node 20.20.2:
#   20 reads to their end: dispose ends
#   20 reads of one event, each left at it: dispose has not ended after 5 seconds
# Meant: a read that was left is over.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @eventstore/db-client@6.2.1 @grpc/grpc-js@1.14.7
cat >seen.cjs <<'JS'
const { setTimeout: delay } = require('node:timers/promises');
const grpc = require('@grpc/grpc-js');
const { EventStoreDBClient } = require('@eventstore/db-client');
const streams = require('@eventstore/db-client/generated/streams_pb.js');
const shared = require('@eventstore/db-client/generated/shared_pb.js');
const raw = { requestSerialize: (b) => b, requestDeserialize: (b) => b, responseSerialize: (b) => b, responseDeserialize: (b) => b };
/** The only event of a log. */
function event() {
  const id = new shared.UUID();
  id.setString('7c5d2a0e-51a2-4f0c-9a6b-6f0f3c1f2a11');
  const name = new shared.StreamIdentifier();
  name.setStreamName(Buffer.from('s'));
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(id);
  recorded.setStreamIdentifier(name);
  recorded.setCommitPosition('1');
  recorded.setPreparePosition('1');
  recorded.getMetadataMap().set('type', 'T').set('content-type', 'application/json').set('created', '16277760000000000');
  recorded.setData(Buffer.from('{}'));
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition('1');
  const answer = new streams.ReadResp();
  answer.setEvent(read);
  return Buffer.from(answer.serializeBinary());
}
async function disposed(leave) {
  const server = new grpc.Server();
  server.addService(
    { read: { path: '/event_store.client.streams.Streams/Read', requestStream: false, responseStream: true, ...raw } },
    { read: (call) => { call.write(event()); call.end(); } },
  );
  const port = await new Promise((done, failed) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? failed(error) : done(bound))),
  );
  const client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port}?tls=false`);
  let seen = 0;
  for (let i = 0; i < 20; i++) {
    for await (const { event } of client.readAll({ maxCount: 1 })) {
      seen += event ? 1 : 0;
      if (leave) break;
    }
  }
  if (seen !== 20) throw new Error(`${seen} events were read`);
  await delay(1_000);
  const ended = await Promise.race([client.dispose().then(() => true), delay(5_000, false)]);
  server.forceShutdown();
  return ended ? 'dispose ends' : 'dispose has not ended after 5 seconds';
}
(async () => {
  const whole = await disposed(false);
  const left = await disposed(true);
  console.log(`20 reads to their end: ${whole}`);
  console.log(`20 reads of one event, each left at it: ${left}`);
  process.exit(whole === 'dispose ends' && left !== 'dispose ends' ? 0 : 1);
})();
JS
timeout 120 node seen.cjs || { echo 'CHANGED: this is not what was seen'; exit 1; }
