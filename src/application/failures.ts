/** A part we stand on does not answer; nothing was changed. May be tried again. */
export type Unavailable = Readonly<{ kind: 'Unavailable'; part: 'database' | 'event_store' | 'tiktok' | 'key_ring' | 'media_storage'; reason: string }>;

export const unavailable = (part: Unavailable['part'], reason: string): Unavailable => ({ kind: 'Unavailable', part, reason });
