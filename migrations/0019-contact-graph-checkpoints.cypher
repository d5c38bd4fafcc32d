// Each projection has a checkpoint of its own: what all facts have passed together, each of them has. Slots are the visits'.
MATCH (c:Checkpoint {projection: 'contact-graph', partition: 'facts'})
UNWIND [
  ['places', []], ['place-kinds', []], ['households', []], ['proximity', []], ['isolations', []], ['merges', []],
  ['tests', []], ['held-results', ['HeldResult']], ['cases', []], ['case-windows', []], ['alerts', []], ['brake', []],
  ['answers', ['Answer']], ['operators', ['ProviderCount', 'OperatorCommand']], ['tasks', ['Task']],
  ['reminders', ['Reminder']]
] AS row
MERGE (own:Checkpoint {projection: row[0], partition: 'facts'})
SET own.version = 1, own.again = false, own.state = 'active', own.owns = row[1], own.epoch = c.epoch,
    own.commit = c.commit, own.prepare = c.prepare, own.given = c.given
WITH DISTINCT c DETACH DELETE c;
MATCH (c:Checkpoint {projection: 'contact-graph'}) WHERE c.partition STARTS WITH 'slots-'
SET c.projection = 'presence', c.version = 1, c.again = false, c.state = 'active', c.owns = [];
