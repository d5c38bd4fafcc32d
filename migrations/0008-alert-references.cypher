// What providers call the messages of alerts, by which they report on them.
CREATE INDEX alert_reference IF NOT EXISTS FOR (a:Alert) ON (a.reference);
