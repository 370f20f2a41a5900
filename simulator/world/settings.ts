import { z } from 'zod';

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
});
export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = {
  oauthErrorStatus: 'always_200',
  shuffleKeys: true,
  emptyFields: 'sometimes_omitted',
  dataOnError: 'sometimes_missing',
  revokeBody: 'either',
  webhooks: { delayMs: 0, copies: 1, held: false },
};
