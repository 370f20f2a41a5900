import type { PostMode } from '../../../../domain/publication/request.ts';

export const publishPath = '/dashboard/publish';

/** What the page's address chooses. */
export type PostChoice = Readonly<{
  /** Null where nothing is connected. */
  connectionId: string | null;
  kind: 'video' | 'photo';
  mode: PostMode;
}>;

/** Where the page stands that has this choice made; what is usual is left out. */
export const publishAddress = ({ connectionId, kind, mode }: PostChoice): string => {
  const parameters = new URLSearchParams({
    ...(connectionId === null ? {} : { connection_id: connectionId }),
    ...(kind === 'video' ? {} : { kind }),
    ...(mode === 'direct' ? {} : { mode }),
  });
  return parameters.size === 0 ? publishPath : `${publishPath}?${parameters.toString()}`;
};
