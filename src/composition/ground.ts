import { createKeyEncryption } from '../adapters/crypto/keyring-key-encryption.ts';
import { parseKeyring } from '../adapters/crypto/keyring-setting.ts';
import { createDraining } from '../adapters/http/draining.ts';
import { createShedding } from '../adapters/http/overload/shedding.ts';
import { createPool, type PoolLog } from '../adapters/postgres/pool.ts';
import { createKeyFences } from '../adapters/postgres/postgres-key-fences.ts';
import { createWrappedKeys } from '../adapters/postgres/postgres-wrapped-keys.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { Secret } from '../domain/values/secret.ts';
import { developmentKey } from './development-key.ts';
import { openLines } from './lines.ts';
import { createContainer, type Container } from './parts.ts';
import type { Settings } from './settings/read-settings.ts';
import type { TikTokSide } from './tiktok-side.ts';

export type Grounds = Readonly<{
  settings: Settings;
  databaseUrl: Secret<string>;
  tiktokSide: TikTokSide;
  log: PoolLog;
}>;

/** Two at a time would do; the rest lets requests overlap. The listening and locking connections are besides. */
const poolSize = 16;

/**
 * Says how the parts are made that a start needs before it is ready, and no other. Whatever this file imports is paid for
 * by every start: a test counts it.
 */
export const layGround = ({ settings, databaseUrl, tiktokSide, log }: Grounds): Container => {
  const container = createContainer();
  container.provide('settings', () => settings);
  container.provide('databaseUrl', () => databaseUrl);
  container.provide('tiktokSide', () => tiktokSide);
  container.provide('clock', () => systemClock);
  container.provide('draining', (c) => createDraining(c.get('clock')));
  container.provide('shedding', (c) => createShedding(c.get('clock')));
  container.provide('pool', () => createPool({ url: databaseUrl.reveal(), max: poolSize, log }));
  container.provide('lines', () => openLines());
  container.provide('keyring', () => {
    const { encryptionKeys, dataDir } = settings;
    const parsed = parseKeyring(encryptionKeys ?? developmentKey(dataDir));
    if (parsed.isErr()) throw new Error(parsed.error.join(' '));
    return parsed.value;
  });
  container.provide('keyEncryption', (c) => createKeyEncryption(c.get('keyring')));
  container.provide('wrappedKeys', (c) => createWrappedKeys(c.get('pool')));
  container.provide('keyFences', (c) => createKeyFences(c.get('pool')));
  return container;
};
