#!/usr/bin/env bash
# neo4j-driver 6.3.0: one large record takes far longer to read than the same bytes in several records.
#
# A record arrives in many chunks of the Bolt protocol and packets of the network. The driver keeps what came and reads the
# record once it is whole, through a buffer made of all its pieces in which each read looks for its piece from the first one
# on: the time grows with the square of the pieces. Whoever stores bytes in properties (packed data, documents) and reads
# them in one list meets it: a byte array is read byte by byte.
#
# Seen with neo4j-driver 6.3.0, Neo4j Community 5.26.31, Node 20.20.2: the same 4 MB of bytes, as 64 records of 64 KB and as
# one record of a list of 64, the second took 3.6 and 5.3 times as long.
# Meant: about the same time.
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
await driver.executeQuery('UNWIND range(1, 64) AS i CREATE (:Packed {bytes: $bytes})', { bytes: new Int8Array(65_536).fill(7) });
const asked = { many: 'MATCH (p:Packed) RETURN p.bytes AS bytes', one: 'MATCH (p:Packed) RETURN collect(p.bytes) AS bytes' };
const took = { many: [], one: [] };
for (let round = 0; round < 5; round++) {
  for (const way of ['many', 'one']) {
    const began = performance.now();
    await driver.executeQuery(asked[way]);
    took[way].push(performance.now() - began);
  }
}
await driver.close();
const median = (values) => [...values].sort((a, b) => a - b)[2];
const [many, one] = [median(took.many), median(took.one)];
console.log(`64 records of 64 KB: ${many.toFixed(0)} ms; one record of 4 MB: ${one.toFixed(0)} ms; ${(one / many).toFixed(1)} times as long`);
process.exit(one / many > 2 ? 0 : 1);
JS
node seen.mjs "$port" || { tail -n 5 "$work/said" home/logs/neo4j.log; echo "CHANGED: this is not what was seen"; exit 1; }
