import type { Database } from './database.ts';
import type { Settings } from './settings/read-settings.ts';
import type { TikTokSide } from './tiktok-side.ts';

export type Announcement = Readonly<{
  addresses: Readonly<{ account_page: string; api_page: string; database: string | null; simulator: string | null }>;
  lines: readonly string[];
}>;

/** What a person wants to know once the service is up. An external database's address is not shown: it holds a password. */
export const announce = ({ publicUrl, eventStore }: Settings, database: Database, tiktok: TikTokSide): Announcement => {
  const addresses = {
    account_page: `${publicUrl}/dashboard/account`,
    api_page: `${publicUrl}/docs`,
    database: database.embedded ? database.url.reveal() : null,
    simulator: tiktok.simulatorUrl,
  };
  const lines = [
    'tiktok-connections is ready',
    `  Account page   ${addresses.account_page}`,
    `  API page       ${addresses.api_page}`,
    `  Database       ${addresses.database ?? 'as DATABASE_URL says'}`,
    ...(eventStore === null ? [] : ['  Event store    EventStoreDB, as EVENT_STORE_URL says']),
    `  Simulator      ${addresses.simulator ?? `off: TikTok's API is ${tiktok.apiUrl}`}`,
  ];
  return { addresses, lines };
};
