import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Unavailable } from '../failures.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Viewer } from '../ports/connections.ts';
import { currentLife, type ConnectionRecord, type OwnedLife } from './connection-record.ts';
import type { ConnectionView } from './connection-view.ts';
import { noProfile, profileFromText, type ShownProfile } from './profile.ts';

/** The life this viewer may see: an owner the newest of theirs, a service the current one. */
export const lifeSeenBy = (record: ConnectionRecord, viewer: Viewer): OwnedLife | undefined =>
  viewer.kind === 'service' ? currentLife(record) : record.owners.find((owner) => owner.userId === viewer.userId);

const profileOf = async (sealer: Sealer, id: ConnectionId, { life, profile, erased }: OwnedLife): Promise<Result<ShownProfile, Unavailable>> => {
  if (erased) return ok(noProfile);
  const opened = await sealer.open({ context: { connectionId: id, life, purpose: 'profile', field: 'profile' }, sealed: profile });
  if (opened.isOk()) return ok(profileFromText(opened.value.reveal()));
  return opened.error.kind === 'Unavailable' ? err(opened.error) : ok(noProfile);
};

/** Opens the profile of a life. What was erased, lost or altered shows as nulls: the history itself says which. */
export const renderView = async (sealer: Sealer, id: ConnectionId, life: OwnedLife): Promise<Result<ConnectionView, Unavailable>> => {
  const profile = await profileOf(sealer, id, life);
  if (profile.isErr()) return err(profile.error);
  const { userId, status, scopes, accessTokenExpiresAt, refreshTokenExpiresAt, reauthorizationReason, connectedAt, updatedAt, revision } = life;
  return ok({
    id,
    userId,
    status,
    profile: profile.value,
    scopes,
    accessTokenExpiresAt,
    refreshTokenExpiresAt,
    reauthorizationReason,
    connectedAt,
    updatedAt,
    revision,
  });
};
