// A diary is a person in a stretch of days: where the person was, packed. Its key is a single integer, as that of a slot.
CREATE CONSTRAINT diary_key IF NOT EXISTS FOR (d:Diary) REQUIRE d.key IS UNIQUE;
