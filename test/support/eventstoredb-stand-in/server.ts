import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import { appendHandler } from './append-service.ts';
import { failure } from './answers.ts';
import { batchAppendHandler } from './batch-append-service.ts';
import type { Faults, Order } from './faults.ts';
import { openKeptLog, type KeptLog } from './kept-log.ts';
import { readHandler, type ReadCall } from './read-service.ts';
import { features, featuresService, gossip, gossipService, streamsService } from './wire.ts';

export type ServerOptions = Readonly<{
  file: string;
  host: string;
  port: number;
  /** `user:password` that every call must carry. */
  user: string | null;
  tls: Readonly<{ keyFile: string; certFile: string }> | null;
}>;

export type RunningServer = Readonly<{ port: number; obey: (order: Order) => void }>;

const unimplemented = (_call: unknown, reply: grpc.sendUnaryData<never>): void => reply(failure(grpc.status.UNIMPLEMENTED, 'not in this stand-in'));

const clusterOf = ({ members }: Faults, port: number): InstanceType<typeof gossip.ClusterInfo> => {
  const states = { leader: 8, follower: 6, dead: 2 } as const;
  const info = new gossip.ClusterInfo();
  for (const { host, port: at, state } of members.length > 0 ? members : [{ host: '127.0.0.1', port, state: 'leader' as const }]) {
    const endpoint = new gossip.EndPoint();
    endpoint.setAddress(host);
    endpoint.setPort(at);
    const member = new gossip.MemberInfo();
    member.setState(states[state]);
    member.setIsAlive(state !== 'dead');
    member.setHttpEndPoint(endpoint);
    info.addMembers(member);
  }
  return info;
};

const refusalFor =
  (user: string | null) =>
  (metadata: grpc.Metadata): grpc.ServiceError | null => {
    if (user === null) return null;
    const given = Buffer.from(String(metadata.get('authorization')[0] ?? ''));
    const wanted = Buffer.from(`Basic ${Buffer.from(user).toString('base64')}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted) ? null : failure(grpc.status.UNAUTHENTICATED, 'Unauthenticated');
  };

const obey = (log: KeptLog, faults: Faults, open: ReadonlySet<ReadCall>, order: Order): void => {
  switch (order.kind) {
    case 'appends':
      faults.appends = Array.from({ length: order.times }, () => order.trouble);
      break;
    case 'subscriptions':
      faults.refusesSubscriptions = order.trouble === 'refuse';
      faults.garblesSubscriptions = order.trouble === 'garble';
      if (order.trouble === 'drop') for (const call of [...open]) call.emit('error', failure(grpc.status.UNAVAILABLE, 'read ECONNRESET'));
      if (order.trouble === 'end') for (const call of [...open]) call.end();
      break;
    case 'slow':
      faults.slowMillis = order.millis;
      break;
    case 'leader':
      faults.leader = order.leader;
      if (order.leader === null) log.catchUp();
      break;
    case 'members':
      faults.members = order.members;
      break;
    case 'denied':
      faults.denied = order.rights;
      break;
    case 'limit':
      faults.appendLimit = order.bytes;
      break;
    case 'noise':
      for (let event = 0; event < order.events; event += 1) {
        const data = Buffer.from('{}').toString('base64');
        log.append('$stats-127.0.0.1:2113', 'any', [{ id: crypto.randomUUID(), type: '$statsCollected', contentType: 'application/json', data, metadata: '' }]);
      }
  }
};

export const startServer = async ({ file, host, port, user, tls }: ServerOptions, faults: Faults): Promise<RunningServer> => {
  const log = openKeptLog(file);
  const open = new Set<ReadCall>();
  const refusal = refusalFor(user);
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  let bound = port;
  server.addService(streamsService.StreamsService, {
    read: readHandler(log, faults, open, refusal),
    append: appendHandler(log, faults, refusal),
    delete: unimplemented,
    tombstone: unimplemented,
    batchAppend: batchAppendHandler(log, faults, refusal),
  });
  server.addService(gossipService.GossipService, {
    read: (_call: unknown, reply: grpc.sendUnaryData<unknown>) => reply(null, clusterOf(faults, bound)),
  });
  server.addService(featuresService.ServerFeaturesService, {
    getSupportedMethods: (_call: unknown, reply: grpc.sendUnaryData<unknown>) => {
      const supported = new features.SupportedMethods();
      supported.setEventStoreServerVersion('24.2.0');
      reply(null, supported);
    },
  });
  const pair = tls === null ? null : { private_key: readFileSync(tls.keyFile), cert_chain: readFileSync(tls.certFile) };
  const credentials = pair === null ? grpc.ServerCredentials.createInsecure() : grpc.ServerCredentials.createSsl(null, [pair]);
  bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, credentials, (error, at) => (error === null ? resolve(at) : reject(error)));
  });
  return { port: bound, obey: (order) => obey(log, faults, open, order) };
};
