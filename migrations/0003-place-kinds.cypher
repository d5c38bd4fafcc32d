// How long an open visit lasts by kind of place.
CREATE CONSTRAINT place_kind IF NOT EXISTS FOR (k:PlaceKind) REQUIRE k.kind IS UNIQUE;
