import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { secretNames } from '../../src/composition/settings/environment.ts';
import { variables } from '../../src/composition/settings/variables.ts';

const text = await readFile(resolve(import.meta.dirname, '../../docker-compose.yml'), 'utf8');
const withName = (name: string): boolean => new RegExp(`^ +${name}:|\\$\\{${name}\\b`, 'm').test(text);

/** Those that have no meaning in a container: its only volume is DATA_DIR, and it has no simulator of its own. */
const pointless = ['MEDIA_DIR', 'SIMULATOR'];
/** A rotation that lasts days: docs/containers.md says how to add it. */
const onlySometimes = ['TIKTOK_CLIENT_SECRET_PREVIOUS'];

test('docker-compose.yml passes on every setting of .env that means something in a container', () => {
  const missing = Object.keys(variables).filter((name) => ![name, `${name}_FILE`].some(withName));
  expect(missing.sort()).toEqual([...pointless, ...onlySometimes].sort());
});

test('docker-compose.yml gives production its secrets as files, and names no secret but the simulator\'s', () => {
  const given = secretNames.filter((name) => withName(`${name}_FILE`));
  expect(given).toEqual(['DATABASE_URL', 'TIKTOK_CLIENT_SECRET', 'TIKTOK_TOKEN_ENCRYPTION_KEY']);
  const values = [...text.matchAll(/^ +\w*(?:SECRET|PASSWORD|KEY): *(\S+)$/gm)].map(([, value]) => value);
  expect(values).toEqual(['${TIKTOK_CLIENT_KEY:-}', 'awsimulated00001', 'simulated-client-secret-00000001']);
});

test('docker-compose.yml publishes on the loopback address alone', () => {
  const published = [...text.matchAll(/ports: \["([^"]+)"\]/g)].map(([, ports]) => ports ?? '');
  expect(published).toHaveLength(4);
  expect(published.filter((ports) => !ports.startsWith('127.0.0.1:'))).toEqual([]);
});
