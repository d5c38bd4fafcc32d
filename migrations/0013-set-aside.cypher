// Events that could not be brought into the graph, beside the checkpoint that has passed them.
CREATE CONSTRAINT set_aside_id IF NOT EXISTS FOR (s:SetAside) REQUIRE s.id IS UNIQUE;
