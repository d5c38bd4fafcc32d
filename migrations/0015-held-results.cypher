// Results that wait for a person, since the profile makes a date of theirs impossible.
CREATE CONSTRAINT held_result_key IF NOT EXISTS FOR (h:HeldResult) REQUIRE h.key IS UNIQUE;
