// What is to be done about contacts, listed in the order of when it is due.
CREATE CONSTRAINT task_id IF NOT EXISTS FOR (t:Task) REQUIRE t.id IS UNIQUE;
CREATE INDEX task_due IF NOT EXISTS FOR (t:Task) ON (t.state, t.kind, t.due, t.id);
CREATE INDEX task_person IF NOT EXISTS FOR (t:Task) ON (t.personId);
CREATE INDEX task_case IF NOT EXISTS FOR (t:Task) ON (t.caseId, t.personId);
CREATE INDEX task_alert IF NOT EXISTS FOR (t:Task) ON (t.alertId);
// Whoever a failed alert covers was not told either.
CREATE INDEX alert_by IF NOT EXISTS FOR (a:Alert) ON (a.by);
// What contacts answered.
CREATE CONSTRAINT answer_alert IF NOT EXISTS FOR (a:Answer) REQUIRE a.alertId IS UNIQUE;
CREATE INDEX answer_person IF NOT EXISTS FOR (a:Answer) ON (a.personId);
