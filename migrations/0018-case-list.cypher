// Cases are listed in the order of since when they are ill, and every list shows ids as short as they can be told apart.
CREATE INDEX case_since IF NOT EXISTS FOR (c:Case) ON (c.since, c.id);
