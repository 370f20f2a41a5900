import type { Secret } from '../../domain/values/secret.ts';

/** The request half of a call. `secrets` are all that it carries: nothing of them may come back in a failure. */
export type TikTokRequest = Readonly<{
  method: 'GET' | 'POST';
  /** With its query. API paths end in a slash, else TikTok answers 404. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  secrets: readonly Secret<string>[];
}>;

/** OAuth endpoints take forms only, under exactly one Content-Type. */
export const formRequest = (
  path: string,
  fields: Readonly<Record<string, string>>,
  secretFields: Readonly<Record<string, Secret<string>>>,
): TikTokRequest => {
  const form = new URLSearchParams(fields);
  for (const [name, value] of Object.entries(secretFields)) form.set(name, value.reveal());
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', 'cache-control': 'no-cache' };
  return { method: 'POST', path, headers, body: form.toString(), secrets: Object.values(secretFields) };
};

/** Data endpoints take JSON from whoever holds a person's token. @param secrets what the body carries of them */
export const jsonRequest = (
  path: string,
  accessToken: Secret<string>,
  body: Readonly<Record<string, unknown>>,
  secrets: readonly Secret<string>[] = [],
): TikTokRequest => ({
  method: 'POST',
  path,
  headers: { authorization: `Bearer ${accessToken.reveal()}`, 'content-type': 'application/json; charset=UTF-8', accept: 'application/json' },
  body: JSON.stringify(body),
  secrets: [accessToken, ...secrets],
});
