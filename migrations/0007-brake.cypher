// Alerts by hour, by which the brake judges a day, and the cases that wait for a person.
CREATE CONSTRAINT alert_hour IF NOT EXISTS FOR (h:AlertHour) REQUIRE h.hour IS UNIQUE;
CREATE INDEX case_brake IF NOT EXISTS FOR (c:Case) ON (c.brake);
