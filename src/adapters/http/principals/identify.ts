import type { FastifyRequest } from 'fastify';
import { err, ok, type Result } from 'neverthrow';
import { apiScopes, type Service } from '../../../application/execution/principal.ts';
import { secret } from '../../../domain/values/secret.ts';
import type { Unavailable } from '../../../application/failures.ts';
import type { HttpDeps } from '../http-deps.ts';
import type { IdentityProviderAway, Unauthenticated } from '../problems/failures.ts';
import type { Caller, Proof } from './caller.ts';
import { readUserId } from './user-id.ts';

export type Unproved = Unauthenticated | IdentityProviderAway | Unavailable;
export type Identified = Result<Caller, Unproved>;
type Presented = Pick<FastifyRequest, 'headers' | 'cookies'>;
type IdentityDeps = Pick<HttpDeps, 'apiKeys' | 'verifyUserToken' | 'settings'>;

/** Who calls. A presented header that proves nothing is refused, whatever cookies there are. */
export type Identify = (request: Presented, pastEndSeconds?: number) => Promise<Identified>;

const developmentUserHeader = 'x-dev-user';
const developmentUserCookie = 'dev_user';
const developmentUser = 'dev-user';
const developmentService: Service = { kind: 'service', keyId: 'dev', scopes: [...apiScopes] };

const bearer = /^bearer +(\S+)$/i;

const refused = (reason: string): Identified => err({ kind: 'Unauthenticated', reason });

const byApiKey = async (deps: IdentityDeps, token: string): Promise<Identified> => {
  const verified = await deps.apiKeys.verify(secret(token));
  if (verified.isErr()) return err(verified.error);
  const key = verified.value;
  if (key === null) return refused('The API key is unknown or revoked.');
  return ok({ principal: { kind: 'service', keyId: key.id, scopes: key.scopes }, proof: 'header' });
};

const byUserToken = async (deps: IdentityDeps, token: string, proof: Proof, pastEndSeconds: number): Promise<Identified> => {
  if (deps.verifyUserToken === null) return refused('No identity provider is configured, so no token proves an end user.');
  const verified = await deps.verifyUserToken(secret(token), pastEndSeconds);
  return verified.map((userId) => ({ principal: { kind: 'user', userId }, proof }));
};

const asDevelopmentUser = (request: Presented): Identified => {
  const header = request.headers[developmentUserHeader];
  const cookie = request.cookies[developmentUserCookie];
  const [name, proof]: [unknown, Proof] =
    header !== undefined ? [header, 'header'] : cookie !== undefined ? [cookie, 'cookie'] : [developmentUser, 'assumed'];
  const userId = readUserId(name);
  return userId === null ? refused('X-Dev-User and dev_user must name one user.') : ok({ principal: { kind: 'user', userId }, proof });
};

export const identifyWith =
  (deps: IdentityDeps): Identify =>
  async (request, pastEndSeconds = 0) => {
    const { developmentPrincipals, authCookie } = deps.settings;
    const authorization = request.headers.authorization;
    if (authorization !== undefined) {
      const token = bearer.exec(authorization)?.[1];
      if (token === undefined) return refused('The Authorization header must be "Bearer" and one token.');
      if (token.startsWith('tck_')) return byApiKey(deps, token);
      if (developmentPrincipals && token === 'dev') return ok({ principal: developmentService, proof: 'header' });
      return byUserToken(deps, token, 'header', pastEndSeconds);
    }
    if (developmentPrincipals) return asDevelopmentUser(request);
    const cookie = request.cookies[authCookie];
    return cookie === undefined || cookie === ''
      ? refused('No token, API key or session cookie was sent.')
      : byUserToken(deps, cookie, 'cookie', pastEndSeconds);
  };
