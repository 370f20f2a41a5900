interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What whoever calls can do about it. */
  readonly remedy: string;
}

/** Every error code that callers can meet. Codes are stable; new ones may be added. */
export const problemCatalogue = {
  invalid_request: { status: 400, title: 'The request is not valid', remedy: 'Correct the fields named in "errors" and send it again.' },
  unauthenticated: {
    status: 401,
    title: 'Nobody is signed in',
    remedy: 'Send a valid token or API key as "Authorization: Bearer …", or sign in again.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    remedy: 'Use a key with the scope that is named, or call from an allowed origin with "Content-Type: application/json".',
  },
  not_found: {
    status: 404,
    title: 'Nothing is here',
    remedy: 'Check the address and the id. What belongs to someone else is not shown either.',
  },
  conflict: { status: 409, title: 'Another request is in the way', remedy: 'Wait until the other request has ended, then ask again.' },
  not_connected: { status: 409, title: 'The account is not connected', remedy: 'Let the person connect the account again.' },
  reauthorization_required: {
    status: 409,
    title: 'The person must consent again',
    remedy: 'Send the person through the authorize address once more.',
  },
  missing_scope: {
    status: 409,
    title: 'The person did not grant what this needs',
    remedy: 'Ask for the missing TikTok scope with a new consent.',
  },
  account_linked_to_another_user: {
    status: 409,
    title: 'The account belongs to another user',
    remedy: 'The other user must disconnect the account first.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The idempotency key was used for another request',
    remedy: 'Use a new key for a new request.',
  },
  unprocessable: { status: 422, title: 'Refused by a rule', remedy: 'See "reason" and "detail".' },
  too_large: { status: 413, title: 'The request is too large', remedy: 'Send less.' },
  unsupported_media: {
    status: 415,
    title: 'The content type is not understood',
    remedy: 'Send JSON with "Content-Type: application/json".',
  },
  rate_limited: { status: 429, title: 'Too many requests', remedy: 'Wait as long as "Retry-After" says.' },
  tiktok_unavailable: { status: 502, title: 'TikTok cannot answer now', remedy: 'Try again a little later.' },
  tiktok_rejected: { status: 502, title: 'TikTok refused', remedy: 'See "tiktok" for what TikTok said.' },
  unavailable: { status: 503, title: 'The service cannot answer now', remedy: 'Try again after the time in "Retry-After".' },
  timeout: { status: 504, title: 'It took too long', remedy: 'Ask for the state first: the request may have had its effect.' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemCatalogue;
