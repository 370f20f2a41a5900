import type pg from 'pg';
import { z } from 'zod';

type BetterAuth = Readonly<{
  api: Readonly<{ getAccessToken: (request: Readonly<{ body: Readonly<{ accountId: string; userId: string }> }>) => Promise<{ accessToken?: string }> }>;
}>;

// Not a dependency of the service: looked up by name, so that the sources type-check where bench/ is not installed.
const library: string = 'better-auth';
const isFunction = (value: unknown): boolean => typeof value === 'function';
const entrance = z.object({ betterAuth: z.custom<(options: object) => BetterAuth>(isFunction) });
const migrations = z.object({ getMigrations: z.custom<(options: object) => Promise<{ runMigrations: () => Promise<void> }>>(isFunction) });

/** better-auth's own way to a connected account's access token, in this process, on a database of its own tables. */
export const openBetterAuth = async (pool: pg.Pool, accounts: number): Promise<(number: number) => Promise<string>> => {
  const options = {
    database: pool,
    secret: 'a-made-up-secret-of-32-characters',
    baseURL: 'https://bench.example',
    socialProviders: { tiktok: { clientKey: 'bench-client', clientSecret: 'a-secret-of-nobody' } },
    logger: { disabled: true },
    telemetry: { enabled: false },
  };
  const imported: unknown = await import(library);
  const importedMigrations: unknown = await import(`${library}/db/migration`);
  const { runMigrations } = await migrations.parse(importedMigrations).getMigrations(options);
  await runMigrations();
  await pool.query(`insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
    select 'user-' || n, 'Bench ' || n, 'bench-' || n || '@bench.example', true, now(), now() from generate_series(0, ${accounts - 1}) as n`);
  await pool.query(`insert into "account" (id, "accountId", "providerId", "userId", "accessToken", "refreshToken", "accessTokenExpiresAt", scope, "createdAt", "updatedAt")
    select 'account-' || n, 'open-' || n, 'tiktok', 'user-' || n, 'bench-access-' || n, 'bench-refresh-' || n, now() + interval '1 day', 'user.info.basic', now(), now()
    from generate_series(0, ${accounts - 1}) as n`);
  await pool.query('create index if not exists bench_accounts_of_users on "account" ("userId")');
  const auth = entrance.parse(imported).betterAuth(options);
  return async (number) => {
    const { accessToken } = await auth.api.getAccessToken({ body: { accountId: `account-${number}`, userId: `user-${number}` } });
    return accessToken ?? '';
  };
};
