import { freshInstallation } from '../support/services.js';
import { graphSuite } from './graph-suite.js';

graphSuite(async () => {
  const { urls, remove } = await freshInstallation(['neo4j']);
  return { neo4j: urls.neo4j, remove };
});
