import type { Brand } from './brand.ts';

/** UUIDv5 of (client key, open_id): one TikTok account of one app has one id for ever. */
export type ConnectionId = Brand<string, 'ConnectionId'>;
/** The application's own pseudonym for its user (the `sub` of its tokens). */
export type UserId = Brand<string, 'UserId'>;
/** TikTok's `client_key` of our app. */
export type ClientKey = Brand<string, 'ClientKey'>;
/** One run through TikTok's authorize page. */
export type AuthorizationId = Brand<string, 'AuthorizationId'>;
/** One attempt to refresh a connection's tokens. */
export type AttemptId = Brand<string, 'AttemptId'>;
/** One post on its way to TikTok; derived from the caller's idempotency key, so a repeated request is the same publication. */
export type PublicationId = Brand<string, 'PublicationId'>;
/** TikTok's `publish_id` of one upload. Opaque, at most 64 characters. */
export type PublishId = Brand<string, 'PublishId'>;
/** TikTok's id of a public post: 19 digits, kept as text because a JSON number would be rounded. */
export type PostId = Brand<string, 'PostId'>;
/** A file uploaded to us. */
export type MediaId = Brand<string, 'MediaId'>;
/** One intent to change something; event ids derive from it, so a repeated command writes nothing twice. */
export type CommandId = Brand<string, 'CommandId'>;
export type EventId = Brand<string, 'EventId'>;
/** One webhook of TikTok's, by the id that the intake gave it. */
export type WebhookId = Brand<string, 'WebhookId'>;
/** TikTok's id of a person for one app. Never normalised: it contains `-` and `_` that matter. */
export type OpenId = Brand<string, 'OpenId'>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for the canonical lower-case spelling, the only one we store. */
export const isUuid = (text: string): boolean => uuid.test(text);

export const connectionId = (text: string): ConnectionId => text as ConnectionId;
export const userId = (text: string): UserId => text as UserId;
export const clientKey = (text: string): ClientKey => text as ClientKey;
export const authorizationId = (text: string): AuthorizationId => text as AuthorizationId;
export const attemptId = (text: string): AttemptId => text as AttemptId;
export const commandId = (text: string): CommandId => text as CommandId;
export const eventId = (text: string): EventId => text as EventId;
export const webhookId = (text: string): WebhookId => text as WebhookId;
export const openId = (text: string): OpenId => text as OpenId;
export const publicationId = (text: string): PublicationId => text as PublicationId;
export const publishId = (text: string): PublishId => text as PublishId;
export const postId = (text: string): PostId => text as PostId;
export const mediaId = (text: string): MediaId => text as MediaId;
