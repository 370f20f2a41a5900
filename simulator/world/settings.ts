import { z } from 'zod';

const milliseconds = z.number().int().nonnegative();
const perMinute = z.number().int().positive().nullable();

/** How posts fare, in simulated time. */
const publishingSchema = z.strictObject({
  /** What a pull takes at least. */
  downloadMs: milliseconds.default(1_000),
  /** From the last byte to the post, or to the inbox. */
  processingMs: milliseconds.default(1_500),
  /** From the post to its being public; null: for ever. */
  moderationMs: milliseconds.nullable().default(2_000),
  /** Calls a minute and access token, for each endpoint; null: no limit. */
  rateLimits: z
    .strictObject({ creatorInfo: perMinute.default(20), init: perMinute.default(6), status: perMinute.default(30) })
    .prefault({}),
  /** Drafts that may wait in a person's inbox, of those sent within 24 hours. */
  pendingShares: z.number().int().positive().default(5),
  /** What TikTok's "MB" means for chunks: `strict` refuses whatever one of the two readings would refuse. */
  megabyte: z.enum(['strict', 'decimal', 'binary']).default('strict'),
  /** The code of a bad body: documents say the singular, the service the plural. */
  paramError: z.enum(['invalid_params', 'invalid_param']).default('invalid_params'),
  /** Where hosts that are not loopback are fetched from: `{"media.example.com": "http://127.0.0.1:4000"}`. */
  hosts: z.record(z.string(), z.url({ protocol: /^http$/, hostname: /^(localhost|127\.0\.0\.1)$/ })).default({}),
});

/** How the simulator behaves where the real service is inconsistent or unknown. */
export const settingsSchema = z.strictObject({
  /** HTTP status of OAuth errors: always 200, as every live report says, or 400/401 by error. */
  oauthErrorStatus: z.enum(['always_200', 'by_error']),
  /** Whether JSON answers list their keys in another order each time. */
  shuffleKeys: z.boolean(),
  /** Whether empty fields (`""`) of data answers are left out. */
  emptyFields: z.enum(['kept', 'sometimes_omitted', 'omitted']),
  /** Whether a failed data answer has `data: {}` or no `data` at all. */
  dataOnError: z.enum(['empty', 'sometimes_missing', 'missing']),
  /** The body of a successful revocation: nothing, `{}`, or either. */
  revokeBody: z.enum(['empty', 'object', 'either']),
  /** How apps are told of what happens: how late, how often each, and whether they wait until they are released. */
  webhooks: z
    .strictObject({
      delayMs: z.number().int().nonnegative().default(0),
      copies: z.number().int().min(1).max(1_000).default(1),
      held: z.boolean().default(false),
    })
    .prefault({}),
  publishing: publishingSchema.prefault({}),
});
export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = {
  oauthErrorStatus: 'always_200',
  shuffleKeys: true,
  emptyFields: 'sometimes_omitted',
  dataOnError: 'sometimes_missing',
  revokeBody: 'either',
  webhooks: { delayMs: 0, copies: 1, held: false },
  publishing: publishingSchema.parse({}),
};
