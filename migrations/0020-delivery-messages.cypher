// By which a provider reports of any message, whatever it is about.
CREATE CONSTRAINT message_id IF NOT EXISTS FOR (m:Message) REQUIRE m.id IS UNIQUE;
CREATE INDEX message_reference IF NOT EXISTS FOR (m:Message) ON (m.reference);
