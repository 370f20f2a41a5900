import type { Answer } from '../wire/answer.ts';

const policy = "default-src 'none'; sandbox";

export function imageAnswer(svg: string): Answer {
  return {
    status: 200,
    headers: {
      'content-type': 'image/svg+xml',
      'content-security-policy': policy,
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'max-age=300',
    },
    body: svg,
  };
}

/** What the picture servers answer to a signature that is wrong or has run out. */
export function forbiddenImage(): Answer {
  return { status: 403, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Access Denied', error: 'signature' };
}
