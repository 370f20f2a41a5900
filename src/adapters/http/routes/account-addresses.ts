import { allowedReturn } from '../../../application/connecting/return-address.ts';
import type { Scope } from '../../../domain/values/scopes.ts';
import type { HttpSettings } from '../http-deps.ts';
import { page } from '../openapi/answers.ts';

export const accountPath = '/dashboard/account';
export const disconnectPath = `${accountPath}/disconnect`;

/** What both the page and its form can be answered with instead. */
export const troubles = {
  400: page('The request was not understood.'),
  401: page('Nobody is signed in.'),
  403: page('The form did not come from this page, or an API key called.'),
  503: page('The service cannot answer now.'),
};

type Wish = Readonly<{ addAccount?: boolean; scopes?: readonly Scope[] }>;

/** Where a page's own links begin a connection: one that comes back to the account page, where that is allowed. */
export const connectAddress = (settings: HttpSettings, { addAccount = false, scopes = [] }: Wish): string => {
  const here = `${settings.publicUrl}${accountPath}`;
  const mayReturn = settings.returnUrl !== here && allowedReturn(here, settings.returnUrlAllowlist) instanceof URL;
  const parameters = new URLSearchParams({
    ...(addAccount ? { add_account: '1' } : {}),
    ...(scopes.length === 0 ? {} : { scopes: scopes.join(',') }),
    ...(mayReturn ? { return_to: here } : {}),
  });
  return `/api/tiktok/auth/authorize${parameters.size === 0 ? '' : `?${parameters.toString()}`}`;
};
