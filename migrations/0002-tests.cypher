// Samples of people, looked up by the person of a trace.
CREATE CONSTRAINT test_key IF NOT EXISTS FOR (t:Test) REQUIRE t.key IS UNIQUE;
CREATE INDEX test_retest IF NOT EXISTS FOR (t:Test) ON (t.retest);
