import gossip_grpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import operations_grpc from '@eventstore/db-client/generated/operations_grpc_pb.js';
import operations from '@eventstore/db-client/generated/operations_pb.js';
import features_grpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams_grpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';

// The protocol's messages and services that the official client ships. They are CommonJS, hence the default imports.
export {
  streams as streamsPb,
  shared as sharedPb,
  gossip as gossipPb,
  operations as operationsPb,
  features as featuresPb,
};
export const { StreamsService } = streams_grpc;
export const { GossipService } = gossip_grpc;
export const { OperationsService } = operations_grpc;
export const { ServerFeaturesService } = features_grpc;

export type {
  streams as streams_pb,
  shared as shared_pb,
  gossip as gossip_pb,
  operations as operations_pb,
  features as features_pb,
};
