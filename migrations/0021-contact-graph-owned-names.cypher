// A graph of before says which relationships and keys are whose, too: what takes their place has them removed.
UNWIND [
  ['proximity', ['NEAR']], ['isolations', ['Person.isolations']], ['merges', ['SAME_AS']],
  ['households', ['Household', 'LIVES_IN', 'Person.movedAt']], ['tests', ['Test']],
  ['cases', ['Case', 'EXPOSED', 'SHARED']], ['alerts', ['Alert']], ['brake', ['AlertHour']]
] AS row
MATCH (c:Checkpoint {projection: row[0], version: 1, again: false}) SET c.owns = row[1];
