import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Ids } from '../../application/ports/ids.ts';
import { attemptId, authorizationId, commandId, connectionId, eventId, publicationId } from '../../domain/values/ids.ts';
import { secret } from '../../domain/values/secret.ts';
import { uuidV5 } from './uuid-v5.ts';

// Stored ids derive from these: they never change. Drawn at random for this project, they mean nothing elsewhere.
const connectionNamespace = 'dff6ea81-9def-4026-b33d-d9f5774b4eb5';
const eventNamespace = '9182f3f5-be98-44eb-8c37-250e8e9b210e';
const publicationNamespace = '1eb59975-1c20-48ad-963c-239e2e6a07db';

/** A JSON list: no two lists of parts share a name. */
const nameOf = (...parts: readonly (string | number)[]): string => JSON.stringify(parts);

const tokenBytes = 32;

export const systemIds: Ids = {
  connectionId: (clientKey, openId) => connectionId(uuidV5(connectionNamespace, nameOf(clientKey, openId))),
  authorizationId: () => authorizationId(randomUUID()),
  attemptId: () => attemptId(randomUUID()),
  commandId: () => commandId(randomUUID()),
  eventId: (command, stream, step, index) => eventId(uuidV5(eventNamespace, nameOf(command, stream, step, index))),
  publicationId: (scope, key) => publicationId(uuidV5(publicationNamespace, nameOf(scope, key))),
  token: () => secret(randomBytes(tokenBytes).toString('base64url')),
  digest: (token) => createHash('sha256').update(token.reveal(), 'utf8').digest('hex'),
};
