import { mediaTypeOf } from './preview.js';

/** An answer that is an error, or none at all: then `problem` is null. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? 'no answer');
    this.status = status;
    this.problem = problem;
  }

  /** Whether the request may still have had its effect, so that only the very same one may be sent again. */
  get isUnclear() {
    return this.problem === null || this.status >= 500 || this.problem.code === 'conflict' || this.problem.code === 'rate_limited';
  }
}

export class Stopped extends Error {}

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const longestWaitSeconds = 60;
const mostWaits = 3;

/** How long the service wants a question to wait before it is asked again; null where it is no good to wait. */
const waitMillisOf = (method, { status, headers }) => {
  const seconds = Number(headers.get('retry-after'));
  return method === 'GET' && (status === 429 || status === 503) && seconds > 0 && seconds <= longestWaitSeconds ? seconds * 1_000 : null;
};

const fetchPatiently = async (method, url, options) => {
  for (let waits = 0; ; waits += 1) {
    const answer = await fetch(url, { ...options, method });
    const millis = waitMillisOf(method, answer);
    if (millis === null || waits === mostWaits) return answer;
    await new Promise((resolve) => {
      setTimeout(resolve, millis);
    });
  }
};

/**
 * Sends JSON as the page's own user; answers what came back. A question that comes too often, or while the service is
 * busy, is asked again when its answer says so.
 * @throws Refused
 */
export const callJson = async (method, url, body, headers = {}) => {
  let answer;
  try {
    answer = await fetchPatiently(method, url, {
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
  } catch {
    throw new Refused(0, null);
  }
  const told = parsed(await answer.text().catch(() => ''));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
};

/**
 * Uploads the file to the service, which keeps it until it is posted. `fetch` tells nothing about how far an upload is.
 * @param progress is called with the part that is sent, 0 to 1
 * @throws Refused, or Stopped through the signal
 */
export const uploadFile = (file, progress, signal) =>
  new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', '/v1/media');
    call.setRequestHeader('content-type', mediaTypeOf(file));
    call.upload.addEventListener('progress', ({ loaded, total }) => progress(total === 0 ? 0 : loaded / total));
    call.addEventListener('load', () => {
      const told = parsed(call.responseText);
      if (call.status === 201 && told !== null) resolve(told);
      else reject(new Refused(call.status, told));
    });
    call.addEventListener('error', () => reject(new Refused(0, null)));
    call.addEventListener('abort', () => reject(new Stopped()));
    signal.addEventListener('abort', () => call.abort());
    call.send(file);
  });

/** `crypto.randomUUID` is missing on a page that came over plain http from another machine. */
const freshKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const kept = (connectionId) => `post-without-answer:${connectionId}`;

/** A request of this browser tab that never got an answer. */
export const unanswered = (connectionId) => {
  const text = sessionStorage.getItem(kept(connectionId));
  return text === null ? null : parsed(text);
};

export const forget = (connectionId) => sessionStorage.removeItem(kept(connectionId));

/**
 * Makes one publication, however often it is called: while the answer is unclear the same words go with the same key,
 * also after the page was loaded again.
 * @param request with its time of consent
 * @throws Refused
 */
export const publish = async (request) => {
  const { connectionId } = request;
  sessionStorage.setItem(kept(connectionId), JSON.stringify(request));
  try {
    const publication = await callJson('POST', '/v1/publications', request.body, { 'idempotency-key': request.key });
    forget(connectionId);
    return publication;
  } catch (error) {
    if (error instanceof Refused && !error.isUnclear) forget(connectionId);
    throw error;
  }
};

/** The request that these words make. The press of the button is the consent, so its time is now. */
export const requestOf = (draft, mediaId) => {
  const { post, mode } = draft;
  const consent = { confirmed_at: new Date().toISOString(), music_usage: true, branded_content_policy: post.brand_content === true };
  const body = {
    ...draft,
    ...(mode === 'direct' ? { consent } : {}),
    source: draft.source ?? { type: 'media', media_id: mediaId },
  };
  return { connectionId: draft.connection_id, words: JSON.stringify(draft), key: freshKey(), body: JSON.stringify(body) };
};
