import { randomUUID } from 'node:crypto';
import type { ServiceError, sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import type { ScavengeResp } from '@eventstore/db-client/generated/operations_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import {
  GossipService,
  ServerFeaturesService,
  StreamsService,
  featuresPb,
  gossipPb,
  operationsPb,
  sharedPb,
} from './definitions.js';
import { DamagedLog } from '../store/damage.js';
import { dataLoss, unknown } from './errors.js';

/** The small services: the features of this node, its address, and scavenging. */

/** A version of the server whose protocol this is, because the official client compares versions with it. */
const SERVER_VERSION = '23.10.6';

export function supportedMethods(): UntypedServiceImplementation {
  const answer = new featuresPb.SupportedMethods();
  answer.setEventStoreServerVersion(SERVER_VERSION);
  for (const service of [StreamsService, GossipService, ServerFeaturesService]) {
    for (const { path } of Object.values(service) as { path: string }[]) {
      const [, serviceName = '', methodName = ''] = path.split('/');
      const method = new featuresPb.SupportedMethod();
      method.setServiceName(serviceName.toLowerCase());
      method.setMethodName(methodName.toLowerCase());
      answer.addMethods(method);
    }
  }
  return {
    getSupportedMethods: (_call: unknown, callback: sendUnaryData<SupportedMethods>) => callback(null, answer),
  };
}

/** Gossip of a cluster with one member, the leader. @param endpoint where callers reach it; known once it listens. */
export function gossip(endpoint: () => { host: string; port: number }): UntypedServiceImplementation {
  const instance = new sharedPb.UUID();
  instance.setString(randomUUID());
  return {
    read: (_call: unknown, callback: sendUnaryData<ClusterInfo>) => {
      const { host, port } = endpoint();
      const at = new gossipPb.EndPoint();
      at.setAddress(host);
      at.setPort(port);
      const member = new gossipPb.MemberInfo();
      member.setInstanceId(instance);
      member.setTimeStamp(String(Date.now() * 10_000));
      member.setState(gossipPb.MemberInfo.VNodeState.LEADER);
      member.setIsAlive(true);
      member.setHttpEndPoint(at);
      const info = new gossipPb.ClusterInfo();
      info.addMembers(member);
      callback(null, info);
    },
  };
}

/** StartScavenge answers after everything erasable is erased. */
export function operations(scavenge: () => Promise<unknown>): UntypedServiceImplementation {
  return {
    startScavenge: (_call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<ScavengeResp>) => {
      scavenge().then(
        () => {
          const answer = new operationsPb.ScavengeResp();
          answer.setScavengeId(randomUUID());
          answer.setScavengeResult(operationsPb.ScavengeResp.ScavengeResult.STARTED);
          callback(null, answer);
        },
        (error: unknown) => callback(failure(error)),
      );
    },
  };
}

function failure(error: unknown): ServiceError {
  if (error instanceof DamagedLog) return dataLoss(error.message);
  return unknown(error instanceof Error ? error.message : String(error));
}
