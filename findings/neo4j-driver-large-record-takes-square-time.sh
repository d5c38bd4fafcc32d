#!/usr/bin/env bash
# neo4j-driver 6.3.0: one large record takes far longer to read than the same bytes in several records.
#
# A record arrives in many chunks of the Bolt protocol and packets of the network. The driver collects these pieces and
# reads the record when it is complete, through a buffer in which each read searches for its piece from the first one
# on: the time grows with the square of the number of pieces. This affects programs that store bytes in properties
# (packed data, documents) and read them in one list, because a byte array is read byte by byte.
#
# Seen with neo4j-driver 6.3.0, Neo4j Community 5.26.31, Node 20.20.2, the least of eight times: four times the bytes,
#   in records of 64 KB: 2 MB 111 ms, 8 MB 241 ms, 2.2 times as long
#   in one record: 2 MB 304 ms, 8 MB 3309 ms, 10.9 times as long
# Expected: about four times as long in both cases.
set -euo pipefail
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || { kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; } || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund neo4j-driver@6.3.0
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>t</groupId><artifactId>t</artifactId><version>1</version><dependencies>
<dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>5.26.31</version></dependency>
<dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>5.26.31</version></dependency>
</dependencies></project>
XML
mvn -q -B dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$work/jars"
port=$((20000 + RANDOM % 10000))
mkdir -p home/conf
cat >home/conf/neo4j.conf <<CONF
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:$port
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=false
dbms.usage_report.enabled=false
server.memory.heap.initial_size=512m
server.memory.heap.max_size=512m
server.memory.pagecache.size=64m
CONF
java -Xms512m -Xmx512m -XX:+UseG1GC --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED \
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -cp "$work/jars/*" org.neo4j.server.CommunityEntryPoint \
  --home-dir="$work/home" --config-dir="$work/home/conf" >"$work/said" 2>&1 &
pid=$!
cat >seen.mjs <<'JS'
import neo4j from 'neo4j-driver';
const driver = neo4j.driver(`bolt://127.0.0.1:${process.argv[2]}`, undefined, { telemetryDisabled: true });
for (let tries = 0; ; tries++) {
  try { await driver.verifyConnectivity(); break; } catch (error) { if (tries > 1500) throw error; await new Promise((done) => setTimeout(done, 200)); }
}
await driver.executeQuery('UNWIND range(1, 128) AS i CREATE (:Packed {i: i, bytes: $bytes})', { bytes: new Int8Array(65_536).fill(7) });
const asked = {
  'in records of 64 KB': 'MATCH (p:Packed) WHERE p.i <= $pieces RETURN p.bytes AS bytes',
  'in one record': 'MATCH (p:Packed) WHERE p.i <= $pieces RETURN collect(p.bytes) AS bytes',
};
async function took(query, pieces) {
  const began = performance.now();
  await driver.executeQuery(query, { pieces: neo4j.int(pieces) });
  return performance.now() - began;
}
const least = Object.fromEntries(Object.keys(asked).map((way) => [way, { two: Infinity, eight: Infinity }]));
// Other work on the machine can only make times longer, so the shortest of several counts.
for (let round = 0; round < 8; round++) {
  for (const [way, query] of Object.entries(asked)) {
    least[way].two = Math.min(least[way].two, await took(query, 32));
    least[way].eight = Math.min(least[way].eight, await took(query, 128));
  }
}
const growth = {};
for (const [way, { two, eight }] of Object.entries(least)) {
  growth[way] = eight / two;
  console.log(`${way}: 2 MB ${two.toFixed(0)} ms, 8 MB ${eight.toFixed(0)} ms, ${growth[way].toFixed(1)} times as long`);
}
await driver.close();
// Four times the bytes take four times as long if the time is linear, and sixteen times if it is quadratic.
const [pieces, one] = [growth['in records of 64 KB'], growth['in one record']];
process.exit(one > 6 && one > 1.8 * pieces ? 0 : 1);
JS
node seen.mjs "$port" || { tail -n 5 "$work/said" home/logs/neo4j.log; echo "CHANGED: this is not what was seen"; exit 1; }
