import type { ClientKey } from '../domain/values/ids.ts';
import type { Secret } from '../domain/values/secret.ts';

/** Whom we talk to as TikTok, and as which app. */
export type TikTokSide = Readonly<{
  clientKey: ClientKey;
  clientSecret: Secret<string>;
  /** Webhooks signed with it are taken too, while a secret is rotated. */
  previousClientSecret: Secret<string> | null;
  authorizeUrl: string;
  apiUrl: string;
  /** Null when it is the real one. */
  simulatorUrl: string | null;
  stop: () => Promise<void>;
}>;
