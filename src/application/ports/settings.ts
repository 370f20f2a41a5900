import type { ClientKey } from '../../domain/values/ids.ts';
import type { Scope } from '../../domain/values/scopes.ts';

/** What the use cases of connecting need to know of the configuration. */
export type ConnectSettings = Readonly<{
  clientKey: ClientKey;
  /** Asked for when a caller names none. */
  defaultScopes: readonly Scope[];
  /** How browsers reach us, without trailing slash. */
  publicUrl: string;
  /** Where a browser goes after connecting unless it asked for another place. */
  returnUrl: string;
  /** Origins with paths that `return_to` may name. */
  returnUrlAllowlist: readonly string[];
}>;
