#!/usr/bin/env bash
# Neo4j 5.26.31: a query returns a row of nulls for a node that is deleted while the query reads.
#
# One statement matches nodes and returns three of their properties, which all of them have, sorted by one of these. If
# another transaction deletes the nodes meanwhile, the answer contains neither the nodes nor fewer rows, but rows in
# which every column is null, as if there were nodes without properties. A program that lists what others remove (a
# queue, open tasks) shows empty lines, or reads null where the schema allows none.
#
# Seen with Neo4j Community 5.26.31, neo4j-driver 6.3.0, Node 20.20.2, in one run:
#   3200 rows read, 151 of them rows of nulls
# Expected: only complete rows, however many.
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
const CREATE = "UNWIND range(1, 200) AS n CREATE (:Task {id: toString(n), kind: 'visit', due: n})";
const READ = 'MATCH (t:Task) RETURN t.id AS id, t.kind AS kind, t.due AS due ORDER BY t.due';
let done = false;
const changing = (async () => {
  while (!done) {
    await driver.executeQuery(CREATE);
    await driver.executeQuery('MATCH (t:Task) DELETE t');
  }
})();
let rows = 0;
let nulls = 0;
const reading = async () => {
  for (const until = Date.now() + 60_000; Date.now() < until && nulls < 100;) {
    const { records } = await driver.executeQuery(READ, {}, { routing: neo4j.routing.READ });
    rows += records.length;
    nulls += records.filter((record) => record.get('id') === null && record.get('due') === null).length;
  }
};
await Promise.all([reading(), reading(), reading()]);
done = true;
await changing;
await driver.close();
console.log(`${rows} rows read, ${nulls} of them rows of nulls`);
process.exit(nulls > 0 ? 0 : 1);
JS
node seen.mjs "$port" || { tail -n 5 "$work/said" home/logs/neo4j.log; echo "CHANGED: this is not what was seen"; exit 1; }
