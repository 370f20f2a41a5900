import type { OutboundLimits } from './guarded-dispatcher.ts';

const hour = 3_600_000;
const mebibyte = 1_048_576;

/** TikTok's upload addresses live an hour; each chunk has a limit of its own besides. Answers have no body to speak of. */
export const uploadLimits: OutboundLimits = {
  connect: 5_000,
  headers: 60_000,
  bodyPause: 10_000,
  total: hour,
  bodyBytes: 65_536,
  connectionsPerOrigin: 64,
};

/** The largest video that TikTok takes, in bytes. */
export const mostSourceBytes = 4 * 1_024 * mebibyte;

/** As patient with a source as TikTok is when it pulls one. A body may run over a little: who stores it says by how much it is too large. */
export const sourceLimits: OutboundLimits = {
  connect: 5_000,
  headers: 30_000,
  bodyPause: 30_000,
  total: hour,
  bodyBytes: mostSourceBytes + mebibyte,
  connectionsPerOrigin: 16,
};
