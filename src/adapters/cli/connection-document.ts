import type { ConnectionView } from '../../application/reading/connection-view.ts';

/** A connection in the contract's shape. */
export const connectionDocument = (view: ConnectionView) => ({
  id: view.id,
  user_id: view.userId,
  status: view.status,
  tiktok: view.profile,
  scopes: view.scopes,
  access_token_expires_at: view.accessTokenExpiresAt,
  refresh_token_expires_at: view.refreshTokenExpiresAt,
  reauthorization_reason: view.reauthorizationReason,
  connected_at: view.connectedAt,
  updated_at: view.updatedAt,
  revision: view.revision,
});
