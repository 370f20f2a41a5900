import { err, ok, type Result } from 'neverthrow';
import type { RecordProfile, RequireReauthorization } from '../../domain/connection/commands.ts';
import type { NotConnected } from '../../domain/connection/rejections.ts';
import type { ConnectionState } from '../../domain/connection/state.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { basicScope } from '../../domain/values/scopes.ts';
import { secret } from '../../domain/values/secret.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute } from '../execution/execute.ts';
import type { OpenFailure } from '../ports/sealer.ts';
import type { TikTokFailure, TikTokProfile, TikTokUsers } from '../ports/tiktok.ts';
import { profileFromText, profileToText } from '../reading/profile.ts';
import { changedFields } from './changed-profile.ts';
import { ensureRefreshed, freshAccessToken, type AccessToken, type FreshTokenPorts } from './fresh-access-token.ts';
import type { RefreshFailure } from './refresh-tokens.ts';

export interface ValidatePorts extends FreshTokenPorts {
  readonly users: TikTokUsers;
}

export type ValidationFailure = RefreshFailure | OpenFailure;

const askedValidityMillis = 60_000;

const codeOf = (failure: TikTokFailure): string | null => (failure.kind === 'TikTokRefused' ? failure.tiktok.code : null);
const scopeIsMissing = (failure: TikTokFailure): boolean => ['scope_not_authorized', 'scope_permission_missed'].includes(codeOf(failure) ?? '');
/** What a refresh may mend or explain: its answer brings a new token and tells the scopes. */
const refreshTells = (failure: TikTokFailure): boolean => codeOf(failure) === 'access_token_invalid' || scopeIsMissing(failure);

const recordProfile = (ports: ValidatePorts, context: CommandContext, id: ConnectionId, profile: TikTokProfile) =>
  execute(ports, connectionAggregate, context, id, 'profile', async (state): Promise<Result<RecordProfile, ValidationFailure>> => {
    if (state.status !== 'active') return err({ kind: 'NotConnected' });
    const place = { connectionId: id, life: state.life, purpose: 'profile', field: 'profile' } as const;
    const opened = await ports.sealer.open({ context: place, sealed: state.profile });
    if (opened.isErr()) return err(opened.error);
    const changed = changedFields(profileFromText(opened.value.reveal()), profile);
    const resealed = changed.length === 0 ? ok(state.profile) : await ports.sealer.seal(place, secret(profileToText(profile)));
    if (resealed.isErr()) return err(resealed.error);
    const at = await ports.databaseClock.now();
    return at.map((now) => ({ type: 'RecordProfile', life: state.life, profile: resealed.value, changed, at: now }) as const);
  });

const recordScopeLoss = (ports: ValidatePorts, context: CommandContext, id: ConnectionId) =>
  execute(ports, connectionAggregate, context, id, 'scope-lost', async (state): Promise<Result<RequireReauthorization, ValidationFailure>> => {
    if (state.status !== 'active') return err<never, NotConnected>({ kind: 'NotConnected' });
    const at = await ports.databaseClock.now();
    return at.map((now) => ({ type: 'RequireReauthorization', life: state.life, reason: 'scope_lost', at: now }) as const);
  });

/** Asks with the token at hand; where TikTok does not take it, once more with a new one. */
const ask = async (
  ports: ValidatePorts,
  context: CommandContext,
  id: ConnectionId,
): Promise<Result<Readonly<{ token: AccessToken; answer: Result<TikTokProfile, TikTokFailure> }>, RefreshFailure>> => {
  const token = await freshAccessToken(ports, context, id, askedValidityMillis);
  if (token.isErr()) return err(token.error);
  const answer = await ports.users.userInfo(token.value.token, token.value.scopes);
  if (answer.isOk() || !refreshTells(answer.error)) return ok({ token: token.value, answer });
  const need = codeOf(answer.error) === 'access_token_invalid' ? ({ kind: 'refused', tokenSet: token.value.tokenSet } as const) : ({ kind: 'forced' } as const);
  const refreshed = await ensureRefreshed(ports, context, id, need);
  if (refreshed.isErr()) return err(refreshed.error);
  const renewed = await freshAccessToken(ports, context, id, 0);
  if (renewed.isErr()) return err(renewed.error);
  return ok({ token: renewed.value, answer: await ports.users.userInfo(renewed.value.token, renewed.value.scopes) });
};

/**
 * Asks TikTok whom the connection is about and records what changed. A refused token ends nothing by itself: only what
 * the refresh then answers does, or TikTok's word that the basic scope is gone. Answers the state afterwards.
 */
export const validateConnection = async (ports: ValidatePorts, context: CommandContext, id: ConnectionId): Promise<Result<ConnectionState, ValidationFailure>> => {
  const asked = await ask(ports, context, id);
  if (asked.isErr()) return err(asked.error);
  const { token, answer } = asked.value;
  if (answer.isOk()) {
    if (token.openId !== null && answer.value.open_id !== token.openId) {
      return err({ kind: 'TikTokFailed', failure: { kind: 'TikTokUnclear', reason: 'TikTok answered with the profile of another account', logId: null } });
    }
    const recorded = await recordProfile(ports, context, id, answer.value);
    return recorded.map(({ state }) => state);
  }
  if (!scopeIsMissing(answer.error)) return err({ kind: 'TikTokFailed', failure: answer.error });
  const basic = await ports.users.userInfo(token.token, [basicScope]);
  if (basic.isOk() || !scopeIsMissing(basic.error)) return err({ kind: 'TikTokFailed', failure: answer.error });
  const lost = await recordScopeLoss(ports, context, id);
  return lost.map(({ state }) => state);
};
