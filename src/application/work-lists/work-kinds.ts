/** `end_publications` fails what TikTok does not have of a life that has ended. */
export const connectionWorkKinds = ['destroy_keys', 'end_publications', 'refresh', 'validate'] as const;

/** `accept_publication` makes up for a missing second append; the others take a publication one step further. */
export const publicationWorkKinds = ['accept_publication', 'open_upload', 'send_chunks', 'poll_publication', 'find_post'] as const;
export type PublicationWorkKind = (typeof publicationWorkKinds)[number];

export const workKinds = [...connectionWorkKinds, ...publicationWorkKinds] as const;
export type WorkKind = (typeof workKinds)[number];
