import { avatarPath } from '../images/avatar.ts';
import type { AuthorizeRequest } from '../oauth/authorize-request.ts';
import type { Call } from '../wire/call.ts';
import type { Simulation } from '../wire/endpoint.ts';
import { scopeDescriptions } from '../world/app.ts';
import { grantKey } from '../world/grant.ts';
import { renderPage } from './templates.ts';

/** Cannot be unticked on the page. */
export const requiredScope = 'user.info.basic';

/** The page on which a person chooses an account and what the app may do. @param chosen id of the account signed in */
export function consentPage(simulation: Simulation, call: Call, request: AuthorizeRequest, chosen: string | null): string {
  const { world } = simulation;
  const accounts = [...world.accounts.values()];
  const selected = chosen ?? accounts[0]?.id;
  return renderPage('consent', {
    appName: request.app.name,
    clientKey: request.app.clientKey,
    action: `${call.path}?${call.query.toString()}`,
    destination: new URL(request.redirectUri).host,
    accounts: accounts.map((account) => {
      const grant = world.grants.get(grantKey(request.app.clientKey, account.id));
      return {
        id: account.id,
        displayName: account.displayName,
        username: account.username,
        avatar: avatarPath(simulation, call, account, '100x100'),
        isSelected: account.id === selected,
        isConnected: grant !== undefined && grant.revokedAt === null,
      };
    }),
    scopes: request.scopes.map((name) => ({ name, description: scopeDescriptions[name] ?? name, isRequired: name === requiredScope })),
  });
}
