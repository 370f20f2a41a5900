import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { containing } from '../adapters/cli/expected.ts';
import { startIdentityProvider, type IdentityProvider } from '../support/identity-provider.ts';
import { runCommand } from '../support/service-process.ts';
import { createWireWorld, type WireWorld } from '../support/wire-world.ts';

const report = z.object({ status: z.string(), checks: z.array(z.object({ name: z.string(), status: z.string(), detail: z.string(), remedy: z.string().nullable() })) });

let world: WireWorld;
let provider: IdentityProvider;

beforeAll(async () => {
  [world, provider] = await Promise.all([createWireWorld(), startIdentityProvider()]);
  expect((await runCommand(world.environment, ['migrate'])).code).toBe(0);
});
afterAll(async () => {
  await provider.stop();
  await world.close();
});

const doctor = async (changed: Readonly<Record<string, string>>) => {
  const { code, output, errors } = await runCommand({ ...world.environment, AUTH_JWKS_URL: provider.jwksUrl.href, AUTH_ISSUER: provider.issuer, ...changed }, ['doctor', '--json']);
  expect(errors).toBe('');
  const { checks } = report.parse(JSON.parse(output));
  return { code, output, find: (name: string) => checks.find((check) => check.name === name) };
};

it('finds nothing to fail where everything is as it should be', async () => {
  const { code, find } = await doctor({});
  expect(code).toBe(0);
  for (const name of ['cookies', 'rights', 'tiktok', 'credentials', 'identity_provider']) expect(find(name)).toMatchObject({ name, status: 'ok' });
});

it('names a wrong client secret, a redirect at another host and a key set that is away, with exit code 1', async () => {
  const { code, output, find } = await doctor({
    TIKTOK_CLIENT_SECRET: 'not-the-secret',
    TIKTOK_REDIRECT_URI: 'http://127.0.0.1:3000/api/tiktok/auth/callback',
    AUTH_JWKS_URL: 'http://127.0.0.1:1/keys',
  });
  expect(code).toBe(1);
  expect(find('credentials')).toMatchObject({ status: 'fail', detail: containing('invalid_client') });
  expect(find('cookies')).toMatchObject({ status: 'fail', detail: containing('invalid_state') });
  expect(find('identity_provider')).toMatchObject({ status: 'fail', detail: containing('cannot be read') });
  expect(output).not.toContain('not-the-secret');
});

it('does not blame the secret where TikTok cannot be reached', async () => {
  const { code, find } = await doctor({ TIKTOK_API_URL: 'http://127.0.0.1:1' });
  expect(code).toBe(1);
  expect(find('tiktok')).toMatchObject({ status: 'fail' });
  expect(find('credentials')).toMatchObject({ status: 'warn', detail: containing('could not be asked') });
});
