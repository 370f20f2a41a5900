import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Unavailable } from '../failures.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Viewer } from '../ports/connections.ts';
import { currentLife, type ConnectionRecord, type OwnedLife } from './connection-record.ts';
import type { ConnectionView } from './connection-view.ts';
import { noProfile, profileFromText } from './profile.ts';

/** The life this viewer may see: an owner the newest of theirs, a service the current one. */
export const lifeSeenBy = (record: ConnectionRecord, viewer: Viewer): OwnedLife | undefined =>
  viewer.kind === 'service' ? currentLife(record) : record.owners.find((owner) => owner.userId === viewer.userId);

/** Opens the profile of a life. What was erased, lost or altered shows as nulls: the history itself says which. */
export const renderView = async (sealer: Sealer, id: ConnectionId, life: OwnedLife): Promise<Result<ConnectionView, Unavailable>> => {
  const opened = await sealer.open({
    context: { connectionId: id, life: life.life, purpose: 'profile', field: 'profile' },
    sealed: life.profile,
  });
  if (opened.isErr() && opened.error.kind === 'Unavailable') return err(opened.error);
  const { userId, status, scopes, accessTokenExpiresAt, refreshTokenExpiresAt, reauthorizationReason, connectedAt, updatedAt, revision } = life;
  return ok({
    id,
    userId,
    status,
    profile: opened.isOk() ? profileFromText(opened.value.reveal()) : noProfile,
    scopes,
    accessTokenExpiresAt,
    refreshTokenExpiresAt,
    reauthorizationReason,
    connectedAt,
    updatedAt,
    revision,
  });
};
