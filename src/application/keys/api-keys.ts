import { err, ok, type Result } from 'neverthrow';
import { secret, type Secret } from '../../domain/values/secret.ts';
import type { ApiScope } from '../execution/principal.ts';
import type { Unavailable } from '../failures.ts';
import type { ApiKey, ApiKeys } from '../ports/api-keys.ts';
import type { Ids } from '../ports/ids.ts';
import type { SecurityLog } from '../ports/security-log.ts';

export interface ApiKeyPorts {
  readonly apiKeys: ApiKeys;
  readonly ids: Ids;
  readonly securityLog: SecurityLog;
}

export type NewApiKey = Readonly<{
  key: ApiKey;
  /** `tck_<id>_<secret>`: shown once, kept nowhere. */
  presented: Secret<string>;
}>;

const idLength = 16;

/** @param principal who makes it, for the security log, e.g. `cli` */
export const createApiKey = async (
  ports: ApiKeyPorts,
  name: string,
  scopes: readonly ApiScope[],
  principal: string,
): Promise<Result<NewApiKey, Unavailable>> => {
  const id = ports.ids.digest(ports.ids.token()).slice(0, idLength);
  const token = ports.ids.token();
  const added = await ports.apiKeys.add({ id, name, scopes, secretDigest: ports.ids.digest(token) });
  if (added.isErr()) return err(added.error);
  const logged = await ports.securityLog.record({
    kind: 'api_key_created',
    detail: { key_id: id, name, scopes },
    principal,
    connectionId: null,
  });
  if (logged.isErr()) return err(logged.error);
  return ok({ key: added.value, presented: secret(`tck_${id}_${token.reveal()}`) });
};

/** Null when there is no such key; revoking a revoked key answers it unchanged. */
export const revokeApiKey = async (ports: ApiKeyPorts, id: string, principal: string): Promise<Result<ApiKey | null, Unavailable>> => {
  const revoked = await ports.apiKeys.revoke(id);
  if (revoked.isErr() || revoked.value === null) return revoked;
  const logged = await ports.securityLog.record({ kind: 'api_key_revoked', detail: { key_id: id }, principal, connectionId: null });
  return logged.map(() => revoked.value);
};
