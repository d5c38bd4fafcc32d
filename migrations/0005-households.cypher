// Who lives together.
CREATE CONSTRAINT household IF NOT EXISTS FOR (h:Household) REQUIRE h.id IS UNIQUE;
