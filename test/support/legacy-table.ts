import { createCipheriv } from 'node:crypto';

/** As the old application kept it: exactly 32 characters. */
export const legacyKey = 'made-up-legacy-key-of-32-letters';
export const otherLegacyKey = 'another-made-up-key-of-32-chars!';

/** Encrypts as the old application did; the vector is made of the text so that fixtures stay as they are. */
export const legacyEncrypted = (plain: string, key: string = legacyKey): string => {
  const iv = Buffer.alloc(16, `iv of ${plain}`);
  const cipher = createCipheriv('aes-256-cbc', Buffer.from(key), iv);
  return `${iv.toString('hex')}:${cipher.update(plain, 'utf8', 'hex')}${cipher.final('hex')}`;
};

export type LegacyFixture = Readonly<Record<string, string | null>>;

/** A row of the old table that can be imported as it is. */
export const legacyRow = (account: string, changed: LegacyFixture = {}): LegacyFixture => ({
  id: '00000000-0000-4000-8000-00000000000a',
  user_id: `user-of-${account}`,
  tiktok_open_id: account,
  tiktok_union_id: `union-of-${account}`,
  display_name: `Name of ${account}`,
  avatar_url: `https://images.example/${account}.png`,
  access_token: legacyEncrypted(`act.made-up-${account}`),
  refresh_token: legacyEncrypted(`rft.made-up-${account}`),
  token_expires_at: '2026-01-02 03:04:05.678+00',
  scope: 'user.info.basic,video.publish',
  created_at: '2025-05-06 07:08:09+00',
  updated_at: '2025-12-31 00:00:00+00',
  ...changed,
});

const cell = (text: string | null): string => (text === null ? '' : /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** As `\copy … csv header` writes it. */
export const csvOf = (rows: readonly LegacyFixture[], lineEnd = '\n'): string => {
  const names = Object.keys(rows[0] ?? legacyRow('nobody'));
  const lines = [names.join(','), ...rows.map((row) => names.map((name) => cell(row[name] ?? null)).join(','))];
  return lines.map((line) => `${line}${lineEnd}`).join('');
};
