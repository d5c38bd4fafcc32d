// How long people of a kind of place stay is noted with the visits as well: nothing that they need stops with others.
CREATE CONSTRAINT stay_rule IF NOT EXISTS FOR (r:StayRule) REQUIRE r.kind IS UNIQUE;
MATCH (k:PlaceKind) WHERE k.stayMinutes IS NOT NULL
MERGE (r:StayRule {kind: k.kind}) SET r.stayMinutes = k.stayMinutes;
// Whose the names of visits, places and kinds of places are: what takes their place has them removed.
UNWIND [
  ['presence', ['Slot', 'SlotPart', 'AT', 'IN', 'PART', 'Place.kind', 'Place.stayMinutes', 'StayRule']],
  ['places', ['Place.name', 'Place.capacity', 'Place.latitude', 'Place.longitude']], ['place-kinds', ['PlaceKind']]
] AS row
MATCH (c:Checkpoint {projection: row[0], version: 1, again: false}) SET c.owns = row[1];
