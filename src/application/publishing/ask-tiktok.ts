import { ok } from 'neverthrow';
import type { Processing, Uploading, PublishedPost, InInbox } from '../../domain/publication/state.ts';
import type { PublishStatus } from '../ports/tiktok-publishing.ts';
import { freshAccessToken, type ConnectionAt, type FreshToken } from '../tokens/fresh-access-token.ts';
import { renewToken, tokenLivesMillis } from './creator.ts';
import { codeOf } from './opening-outcome.ts';
import { isRecent, type SagaPorts, type Step } from './publish-saga.ts';
import { statusQuota } from './quotas.ts';

export type Asked =
  | Readonly<{ kind: 'Told'; status: PublishStatus }>
  | Readonly<{ kind: 'NotNow'; afterMillis: number; reason: string }>
  /** Its connection has ended, or TikTok does not know this `publish_id` from this account. */
  | Readonly<{ kind: 'Unaskable' }>;

const minute = 60_000;
const brieflyMillis = 5_000;
const unaskable: Asked = { kind: 'Unaskable' };
const unknownToTikTok: ReadonlySet<string> = new Set(['invalid_publish_id', 'token_not_authorized_for_specified_publish_id']);

/** The token that the step before has had of the same look at the connection, while that may be taken for how things are. */
const tokenAtHand = (ports: SagaPorts, step: Step, seen: ConnectionAt | null): FreshToken | null => (seen === step.seen && isRecent(ports, step) ? step.token : null);

/** TikTok's word on a publication that it has begun. @param seen its connection, where that was just looked at */
export const askTikTok = async (ports: SagaPorts, step: Step, state: Uploading | Processing | PublishedPost | InInbox, seen: ConnectionAt | null = null): Promise<Asked> => {
  const { connectionId, publishId } = state;
  if (publishId === null) return unaskable;
  const known = tokenAtHand(ports, step, seen);
  const token = known !== null ? ok(known) : await freshAccessToken(ports, step.context, connectionId, tokenLivesMillis, seen);
  if (token.isErr()) {
    const { kind } = token.error;
    if (kind === 'NotConnected' || kind === 'ConnectionNotFound') return unaskable;
    return { kind: 'NotNow', afterMillis: kind === 'ReauthorizationNeeded' ? 10 * minute : brieflyMillis, reason: kind };
  }
  const quota = await ports.quotas.take([{ use: ports.ids.attemptId(), quota: statusQuota(connectionId) }]);
  if (quota.isErr()) return { kind: 'NotNow', afterMillis: brieflyMillis, reason: quota.error.reason };
  if (quota.value.kind === 'Exhausted') return { kind: 'NotNow', afterMillis: minute, reason: 'rate_limit' };
  const status = await ports.publishing.status(token.value.token, publishId);
  if (status.isOk()) return { kind: 'Told', status: status.value };
  const { code } = codeOf(status.error);
  if (code !== null && unknownToTikTok.has(code)) return unaskable;
  if (code === 'access_token_invalid') await renewToken(ports, step.context, connectionId, token.value);
  return { kind: 'NotNow', afterMillis: code === 'rate_limit_exceeded' ? minute : brieflyMillis, reason: code ?? status.error.kind };
};
