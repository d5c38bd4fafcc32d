import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Operations from '@eventstore/db-client/generated/operations_pb.js';
import type * as OperationsGrpc from '@eventstore/db-client/generated/operations_grpc_pb.js';
import type * as FeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type * as Shared from '@eventstore/db-client/generated/shared_pb.js';
import { credentials, Metadata, type ChannelCredentials } from '@grpc/grpc-js';

const load = createRequire(import.meta.url);

/**
 * Starts a scavenge of a log, for which the official client has no call.
 * @param url the connection string of one server, with the user who requests it.
 */
export async function scavenge(url: string): Promise<void> {
  const { OperationsClient } = load('@eventstore/db-client/generated/operations_grpc_pb.js') as typeof OperationsGrpc;
  const { StartScavengeReq } = load('@eventstore/db-client/generated/operations_pb.js') as typeof Operations;
  const { host, channel, metadata } = reached(url);
  const client = new OperationsClient(host, channel);
  try {
    await new Promise<void>((done, fail) => {
      client.startScavenge(new StartScavengeReq(), metadata, (error) => (error ? fail(error) : done()));
    });
  } finally {
    client.close();
  }
}

/** The version that a log reports, which the official client does not expose. */
export async function versionOf(url: string): Promise<string> {
  const { ServerFeaturesClient } = load(
    '@eventstore/db-client/generated/serverfeatures_grpc_pb.js',
  ) as typeof FeaturesGrpc;
  const { Empty } = load('@eventstore/db-client/generated/shared_pb.js') as typeof Shared;
  const { host, channel, metadata } = reached(url);
  const client = new ServerFeaturesClient(host, channel);
  try {
    return await new Promise<string>((done, fail) => {
      client.getSupportedMethods(new Empty(), metadata, (error, answer) => {
        if (error) fail(error);
        else done(answer.getEventStoreServerVersion());
      });
    });
  } finally {
    client.close();
  }
}

function reached(url: string): { host: string; channel: ChannelCredentials; metadata: Metadata } {
  const { host, username, password, searchParams } = new URL(
    url.replace(/^esdb(\+discover)?:/, 'https:').replace(/,[^/?]*/, ''),
  );
  const authority = searchParams.get('tlsCAFile');
  const channel =
    searchParams.get('tls') === 'false'
      ? credentials.createInsecure()
      : credentials.createSsl(authority ? readFileSync(authority) : null);
  const metadata = new Metadata();
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  if (username) metadata.set('authorization', `Basic ${Buffer.from(user).toString('base64')}`);
  return { host, channel, metadata };
}
