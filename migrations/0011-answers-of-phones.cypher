// The answer of a phone of several people is an answer of each of them.
DROP CONSTRAINT answer_alert IF EXISTS;
CREATE CONSTRAINT answer_alert_person IF NOT EXISTS FOR (a:Answer) REQUIRE (a.alertId, a.personId) IS UNIQUE;
