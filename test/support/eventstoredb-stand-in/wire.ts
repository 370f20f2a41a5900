// The client's own messages and service definitions, so that both sides speak of the same wire. They are CommonJS whose
// names Node cannot see beforehand, hence the default imports.
import code from '@eventstore/db-client/generated/code_pb.js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statusMessages from '@eventstore/db-client/generated/status_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';

export { code, features, featuresService, gossip, gossipService, shared, statusMessages, streams, streamsService };
