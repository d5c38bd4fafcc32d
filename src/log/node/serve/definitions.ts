import { createRequire } from 'node:module';
import type * as gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type * as gossip_grpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type * as operations from '@eventstore/db-client/generated/operations_pb.js';
import type * as operations_grpc from '@eventstore/db-client/generated/operations_grpc_pb.js';
import type * as features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type * as features_grpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type * as shared from '@eventstore/db-client/generated/shared_pb.js';
import type * as streams from '@eventstore/db-client/generated/streams_pb.js';
import type * as streams_grpc from '@eventstore/db-client/generated/streams_grpc_pb.js';

/** The protocol's messages and services as the official client ships them: CommonJS, hence require. */
const require = createRequire(import.meta.url);
const load = <T>(name: string): T => require(`@eventstore/db-client/generated/${name}.js`) as T;

export const gossipPb = load<typeof gossip>('gossip_pb');
export const operationsPb = load<typeof operations>('operations_pb');
export const featuresPb = load<typeof features>('serverfeatures_pb');
export const sharedPb = load<typeof shared>('shared_pb');
export const streamsPb = load<typeof streams>('streams_pb');

export const { StreamsService } = load<typeof streams_grpc>('streams_grpc_pb');
export const { GossipService } = load<typeof gossip_grpc>('gossip_grpc_pb');
export const { OperationsService } = load<typeof operations_grpc>('operations_grpc_pb');
export const { ServerFeaturesService } = load<typeof features_grpc>('serverfeatures_grpc_pb');

export type {
  streams as streams_pb,
  shared as shared_pb,
  gossip as gossip_pb,
  operations as operations_pb,
  features as features_pb,
};
