import type { Result, ResultAsync } from 'neverthrow';
import type { ConnectionId, PublicationId } from '../../domain/values/ids.ts';
import type { Sealed } from '../../domain/values/sealed.ts';
import { secret } from '../../domain/values/secret.ts';
import type { Unavailable } from '../failures.ts';
import type { Erased, HeldKey, KeyLost, NotAuthentic, OpenFailure, OpenRequest, SealContext, Sealer } from '../ports/sealer.ts';

/** What a request holds of a person's words and addresses; sealed under the content key of the connection's life. */
export type PublishContent = Readonly<{
  title: string;
  description: string | null;
  /** The address to fetch or pull, or those of the photos, in order. */
  urls: readonly string[];
  /** Of the creator, for the addresses of posts; null where TikTok was not asked. */
  username: string | null;
  /** Of the whole request: tells a repeated request from another one under the same key. */
  digest: string;
}>;

/** Each field of each publication opens nowhere else. */
export const contentContext = (connectionId: ConnectionId, life: number, id: PublicationId): SealContext => ({
  connectionId,
  life,
  purpose: 'content',
  field: `publication:${id}`,
});

export const uploadUrlField = (id: PublicationId): string => `upload_url:${id}`;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const isText = (value: unknown): value is string => typeof value === 'string';

const contentFromText = (text: string): PublishContent => {
  const stored = new Map<string, unknown>(Object.entries(parsed(text) ?? {}));
  const textOf = (field: keyof PublishContent): string | null => {
    const value = stored.get(field);
    return isText(value) ? value : null;
  };
  const urls = stored.get('urls');
  return {
    title: textOf('title') ?? '',
    description: textOf('description'),
    urls: Array.isArray(urls) ? urls.filter(isText) : [],
    username: textOf('username'),
    digest: textOf('digest') ?? '',
  };
};

export const sealContent = (
  sealer: Sealer,
  context: SealContext,
  content: PublishContent,
): ResultAsync<Sealed, Erased | KeyLost | Unavailable> => sealer.seal(context, secret(JSON.stringify(content)));

export const openContent = (sealer: Sealer, context: SealContext, sealed: Sealed): ResultAsync<PublishContent, OpenFailure> =>
  sealer.open({ context, sealed }).map((text) => contentFromText(text.reveal()));

/** With the key in hand. */
export const openContentWith = (key: HeldKey, { field }: SealContext, sealed: Sealed): Result<PublishContent, NotAuthentic> =>
  key.open(field, sealed).map((text) => contentFromText(text.reveal()));

/** Many with one look-up of keys, in their order. */
export const openContents = (
  sealer: Pick<Sealer, 'openAll'>,
  requests: readonly OpenRequest[],
): ResultAsync<readonly Result<PublishContent, Exclude<OpenFailure, Unavailable>>[], Unavailable> =>
  sealer.openAll(requests).map((opened) => opened.map((each) => each.map((text) => contentFromText(text.reveal()))));
