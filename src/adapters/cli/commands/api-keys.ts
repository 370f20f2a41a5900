import { err, ok } from 'neverthrow';
import { z } from 'zod';
import { createApiKey, revokeApiKey } from '../../../application/keys/api-keys.ts';
import type { ApiKey } from '../../../application/ports/api-keys.ts';
import type { Work } from '../command-runner.ts';
import { apiKeyArgument, apiKeyNameOption, apiScopesOption } from '../input.ts';
import { done, wrongUse, type Refusal } from '../outcome.ts';
import { operator } from '../operator.ts';
import { printable, table } from '../printable.ts';
import { refusalOfUnavailable } from '../refusals.ts';

const documentOf = ({ id, name, scopes, createdAt, revokedAt }: ApiKey) => ({
  id,
  name,
  scopes,
  created_at: createdAt,
  revoked_at: revokedAt,
});

export const newKeyInput = z.object({ name: apiKeyNameOption, scopes: apiScopesOption });

/** Prints the key alone, so that it can be piped on. */
export const createKey =
  ({ name, scopes }: z.infer<typeof newKeyInput>): Work =>
  async (toolbox) => {
    const created = await createApiKey(toolbox, name, scopes, operator);
    if (created.isErr()) return err(refusalOfUnavailable(created.error));
    const { key, presented } = created.value;
    const remark = `This is the only time that the key ${key.id} (${printable(key.name)}) is shown. It may: ${key.scopes.join(', ')}.`;
    return ok(done({ ...documentOf(key), key: presented.reveal() }, [presented.reveal()], [remark]));
  };

export const listKeys: Work = async ({ apiKeys }) => {
  const keys = await apiKeys.list();
  if (keys.isErr()) return err(refusalOfUnavailable(keys.error));
  const rows = keys.value.map((key) => [key.id, key.name, key.scopes.join(','), key.createdAt, key.revokedAt ?? '']);
  const lines = rows.length === 0 ? [] : table(['id', 'name', 'scopes', 'created', 'revoked'], rows);
  const remarks = rows.length === 0 ? ['There are no API keys yet: `keys create` makes one.'] : [];
  return ok(done({ data: keys.value.map(documentOf) }, lines, remarks));
};

const unknownKey = (id: string): Refusal => wrongUse(`There is no API key ${id}: \`keys list\` shows all of them.`);

export const revokeInput = z.object({ id: apiKeyArgument, dryRun: z.boolean().default(false) });

export type RevokeInput = z.infer<typeof revokeInput>;

export const wouldRevokeKey =
  (id: string): Work =>
  async ({ apiKeys }) => {
    const keys = await apiKeys.list();
    if (keys.isErr()) return err(refusalOfUnavailable(keys.error));
    const key = keys.value.find((each) => each.id === id);
    if (key === undefined) return err(unknownKey(id));
    const line =
      key.revokedAt === null
        ? `Would revoke the key ${id} (${printable(key.name)}): from then on every request with it is refused.`
        : `The key ${id} (${printable(key.name)}) was revoked ${key.revokedAt}; nothing would change.`;
    return ok(done({ ...documentOf(key), dry_run: true }, [line]));
  };

export const revokeKey =
  (id: string): Work =>
  async (toolbox) => {
    const revoked = await revokeApiKey(toolbox, id, operator);
    if (revoked.isErr()) return err(refusalOfUnavailable(revoked.error));
    const key = revoked.value;
    if (key === null) return err(unknownKey(id));
    return ok(done(documentOf(key), [`The key ${id} (${printable(key.name)}) is revoked; every replica refuses it within a second.`]));
  };
