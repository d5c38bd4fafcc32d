// Active projections of facts are written together: one checkpoint stands for all of them, and names all active ones.
MATCH (c:Checkpoint {state: 'active'})
WITH c, c.projection + ' ' + c.partition AS member ORDER BY member
WITH [one IN collect(c) WHERE one.partition STARTS WITH 'facts'][0] AS one, collect(member) AS members WHERE one IS NOT NULL
MERGE (s:Checkpoint {projection: 'facts', partition: 'facts'})
ON CREATE SET s.state = 'shared', s.members = members, s.epoch = one.epoch, s.commit = one.commit, s.prepare = one.prepare,
              s.given = one.given;
