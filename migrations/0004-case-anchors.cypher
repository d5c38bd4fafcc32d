// Questions about many cases look them up by disease and by when they fell ill.
CREATE INDEX case_anchor IF NOT EXISTS FOR (c:Case) ON (c.disease, c.anchor);
