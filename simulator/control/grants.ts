import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { livingGrant } from '../oauth/tokens.ts';
import { revokeGrant } from '../oauth/revocation.ts';
import type { Grant } from '../world/grant.ts';
import { now, type World } from '../world/world.ts';
import type { Service } from '../wire/serve.ts';
import { ControlProblem, parsed } from './problem.ts';

const whose = { account: z.string(), client_key: z.string().optional() };
const revokeSchema = z.strictObject(whose);
const expireSchema = z.strictObject({ ...whose, tokens: z.enum(['access', 'refresh', 'all']).default('all') });
const scopesSchema = z.strictObject({ ...whose, scopes: z.array(z.string()) });

export function grantRoutes(control: FastifyInstance, { simulation: { world } }: Service): void {
  control.get('/grants', async () => ({ grants: [...world.grants.values()].map(grantOnWire) }));
  control.get('/tokens', async () => ({ tokens: tokensOnWire(world) }));

  control.post('/grants/revoke', async ({ body }) => {
    const grants = livingGrants(world, parsed(revokeSchema, body));
    for (const grant of grants) revokeGrant(world, grant, 'person');
    return { revoked: grants.length };
  });

  control.post('/grants/scopes', async ({ body }) => {
    const wish = parsed(scopesSchema, body);
    const grants = livingGrants(world, wish);
    for (const grant of grants) grant.scopes = wish.scopes;
    return { grants: grants.map(grantOnWire) };
  });

  control.post('/grants/expire', async ({ body }) => {
    const wish = parsed(expireSchema, body);
    const grants = livingGrants(world, wish);
    const ended = [
      ...(wish.tokens === 'refresh' ? [] : world.accessTokens.values()),
      ...(wish.tokens === 'access' ? [] : world.refreshTokens.values()),
    ].filter((token) => isAlive(world, token) && grants.some((grant) => livingGrant(world, token) === grant));
    for (const token of ended) token.endedBy = 'forced';
    return { expired: ended.length };
  });
}

/** @throws ControlProblem 404 when the person allows no such app anything now */
function livingGrants(
  world: World,
  { account, client_key }: Readonly<{ account: string; client_key?: string | undefined }>,
): readonly Grant[] {
  const grants = [...world.grants.values()].filter(
    (grant) => grant.accountId === account && grant.revokedAt === null && (client_key === undefined || grant.clientKey === client_key),
  );
  if (grants.length === 0)
    throw new ControlProblem(404, `The account ${account} has no living grant${client_key === undefined ? '' : ` to ${client_key}`}.`);
  return grants;
}

type Held = Readonly<{
  clientKey: string;
  accountId: string;
  generation: number;
  scopes: readonly string[];
  issuedAt: number;
  expiresAt: number;
  endedBy: string | null;
}>;

const isAlive = (world: World, held: Held): boolean => held.endedBy === null && held.expiresAt > now(world);

function grantOnWire(grant: Grant): unknown {
  return {
    client_key: grant.clientKey,
    account: grant.accountId,
    open_id: grant.openId,
    scopes: grant.scopes,
    status: grant.revokedAt === null ? 'active' : 'revoked',
    granted_at: new Date(grant.grantedAt).toISOString(),
    revoked_at: grant.revokedAt === null ? null : new Date(grant.revokedAt).toISOString(),
    revoked_by: grant.revokedBy,
    generation: grant.generation,
  };
}

function tokensOnWire(world: World): readonly unknown[] {
  const onWire = (kind: string, text: string, held: Held): unknown => ({
    kind,
    token: text,
    client_key: held.clientKey,
    account: held.accountId,
    scopes: held.scopes,
    status: held.endedBy ?? (livingGrant(world, held) === null ? 'revoked' : isAlive(world, held) ? 'alive' : 'expired'),
    issued_at: new Date(held.issuedAt).toISOString(),
    expires_at: new Date(held.expiresAt).toISOString(),
  });
  return [
    ...[...world.codes.values()].map((code) => onWire('code', code.code, code)),
    ...[...world.accessTokens.values()].map((token) => onWire('access', token.token, token)),
    ...[...world.refreshTokens.values()].map((token) => onWire('refresh', token.token, token)),
  ];
}
