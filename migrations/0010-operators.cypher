// What operators see of alerting: messages by provider, alerts that failed, and their own commands.
CREATE CONSTRAINT provider_count IF NOT EXISTS FOR (c:ProviderCount) REQUIRE c.key IS UNIQUE;
CREATE CONSTRAINT operator_command IF NOT EXISTS FOR (c:OperatorCommand) REQUIRE c.id IS UNIQUE;
CREATE INDEX operator_command_commit IF NOT EXISTS FOR (c:OperatorCommand) ON (c.commit);
// Few alerts have one.
CREATE INDEX alert_reason IF NOT EXISTS FOR (a:Alert) ON (a.reason);
