// Rapid tests that may confirm a case, or ask for another test.
CREATE INDEX test_rapid IF NOT EXISTS FOR (t:Test) ON (t.rapid);
