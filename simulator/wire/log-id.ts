/** `YYYYMMDDHHMMSS` in UTC, as TikTok's log ids begin. @param at ms since the epoch */
export function timestampOf(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, '').slice(0, 14);
}
