// What must be unique, and what a trace looks up. Each statement ends with a semicolon at the end of its line.
CREATE CONSTRAINT person_id IF NOT EXISTS FOR (p:Person) REQUIRE p.id IS UNIQUE;
CREATE CONSTRAINT person_number IF NOT EXISTS FOR (p:Person) REQUIRE p.number IS UNIQUE;
CREATE CONSTRAINT place_id IF NOT EXISTS FOR (p:Place) REQUIRE p.id IS UNIQUE;
CREATE CONSTRAINT place_number IF NOT EXISTS FOR (p:Place) REQUIRE p.number IS UNIQUE;
CREATE CONSTRAINT slot_key IF NOT EXISTS FOR (s:Slot) REQUIRE s.key IS UNIQUE;
CREATE CONSTRAINT case_id IF NOT EXISTS FOR (c:Case) REQUIRE c.id IS UNIQUE;
CREATE CONSTRAINT alert_id IF NOT EXISTS FOR (a:Alert) REQUIRE a.id IS UNIQUE;
CREATE CONSTRAINT checkpoint IF NOT EXISTS FOR (c:Checkpoint) REQUIRE (c.projection, c.partition) IS UNIQUE;
CREATE CONSTRAINT graph_name IF NOT EXISTS FOR (g:Graph) REQUIRE g.name IS UNIQUE;
CREATE INDEX case_due IF NOT EXISTS FOR (c:Case) ON (c.due);
CREATE INDEX alert_due IF NOT EXISTS FOR (a:Alert) ON (a.due);
CREATE INDEX alert_case IF NOT EXISTS FOR (a:Alert) ON (a.caseId);
CREATE INDEX alert_person IF NOT EXISTS FOR (a:Alert) ON (a.personId);
