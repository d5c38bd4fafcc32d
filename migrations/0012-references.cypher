// By which a provider reports of messages that take an alert back, and of reminders.
CREATE INDEX alert_withdrawal_reference IF NOT EXISTS FOR (a:Alert) ON (a.withdrawalReference);
CREATE CONSTRAINT reminder_id IF NOT EXISTS FOR (r:Reminder) REQUIRE r.id IS UNIQUE;
CREATE INDEX reminder_reference IF NOT EXISTS FOR (r:Reminder) ON (r.reference);
