import { z } from 'zod';
import {
  attemptId,
  authorizationId,
  clientKey,
  commandId,
  connectionId,
  mediaId,
  postId,
  publicationId,
  publishId,
  userId,
  webhookId,
} from '../../../domain/values/ids.ts';
import type { Instant } from '../../../domain/values/instant.ts';
import { isScope } from '../../../domain/values/scopes.ts';
import { sealed } from '../../../domain/values/sealed.ts';

// Shapes of stored values. Looser is a new schema version's business, stricter would make history unreadable.

const moment = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

export const isInstant = (value: unknown): value is Instant => typeof value === 'string' && moment.test(value);

export const storedInstant = z.custom<Instant>(isInstant);
export const storedUserId = z.string().transform(userId);
export const storedClientKey = z.string().transform(clientKey);
export const storedAttemptId = z.string().transform(attemptId);
export const storedAuthorizationId = z.string().transform(authorizationId);
export const storedCommandId = z.string().transform(commandId);
export const storedWebhookId = z.string().transform(webhookId);
export const storedConnectionId = z.string().transform(connectionId);
export const storedPublicationId = z.string().transform(publicationId);
export const storedPublishId = z.string().transform(publishId);
export const storedPostId = z.string().transform(postId);
export const storedMediaId = z.string().transform(mediaId);
export const storedSealed = z.string().transform(sealed);
export const storedScopes = z.array(z.string().refine(isScope));
export const storedLife = z.int().positive();
