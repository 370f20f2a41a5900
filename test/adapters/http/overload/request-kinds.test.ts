import { expect, test } from 'vitest';
import { requestKind } from '../../../../src/adapters/http/overload/request-kinds.ts';

test.each([
  ['POST', '/v1/media', 'upload'],
  ['GET', '/v1/media/6f0e5c1e', 'question'],
  ['GET', '/v1/connections?limit=1', 'question'],
  ['HEAD', '/v1/connections/6f0e5c1e', 'question'],
  ['GET', '/dashboard/account', 'question'],
  ['GET', '/api/tiktok/user/info', 'question'],
  ['GET', '/v1/connections/6f0e5c1e/creator-info', 'act'],
  ['GET', '/v1/connections/6f0e5c1e/videos?limit=6', 'act'],
  ['GET', '/dashboard/publish?connection_id=1', 'act'],
  ['POST', '/v1/connections/6f0e5c1e/access-token', 'act'],
  ['POST', '/api/tiktok/unbind', 'act'],
  ['GET', '/v1/publications/6f0e5c1e/events', 'always'],
  ['GET', '/api/tiktok/auth/callback?code=1&state=2', 'always'],
  ['POST', '/webhooks/tiktok', 'always'],
  ['OPTIONS', '/v1/connections', 'always'],
  ['GET', '/readyz', 'always'],
  ['GET', '/livez', 'always'],
  ['GET', '/metrics', 'always'],
])('%s %s is of the kind %s', (method, url, kind) => {
  expect(requestKind(method, url)).toBe(kind);
});
