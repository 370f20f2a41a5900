/** Who caused an event. `id` is a user id, an API key's id, a job's name, or TikTok's webhook id. */
export type Actor = Readonly<{ kind: 'user' | 'service' | 'system' | 'tiktok'; id: string }>;
