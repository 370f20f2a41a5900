import { z } from 'zod';

const headers = z.record(z.string(), z.string()).default({});
const status = z.number().int().min(200).max(599);
const jsonPath = z.string().min(1);

const actionSchema = z.discriminatedUnion('type', [
  /** Nothing but the delay. */
  z.strictObject({ type: z.literal('pass') }),
  z.strictObject({ type: z.literal('respond'), status: status.default(500), headers, body: z.json().default('') }),
  /** TikTok's own error, in the shape of the endpoint; HTTP 200 unless told otherwise. */
  z.strictObject({
    type: z.literal('error'),
    code: z.string(),
    message: z.string().default('A fault of the simulator.'),
    status: status.default(200),
  }),
  z.strictObject({ type: z.literal('html'), status: status.default(502) }),
  z.strictObject({ type: z.literal('redirect'), location: z.string(), status: status.default(302) }),
  z.strictObject({ type: z.literal('hang') }),
  /** The connection breaks, once so many bytes of a streamed body have come. */
  z.strictObject({ type: z.literal('drop'), after_bytes: z.number().int().nonnegative().default(0) }),
  /** A streamed body is taken this slowly; elsewhere the same as `pass`. */
  z.strictObject({ type: z.literal('slow'), bytes_per_second: z.number().int().positive() }),
  /** The person removes the app just then, or the account's access tokens end; the request is carried out, and answered as it now has to be. */
  z.strictObject({ type: z.literal('revoke') }),
  z.strictObject({ type: z.literal('expire') }),
  /** The beginning of the real answer: half of it, or so many characters; as a whole answer, or before the connection breaks. */
  z.strictObject({
    type: z.literal('truncate'),
    characters: z.number().int().nonnegative().optional(),
    hang_up: z.boolean().default(false),
  }),
  z.strictObject({
    type: z.literal('huge'),
    status: status.default(200),
    bytes: z
      .number()
      .int()
      .positive()
      .default(50 * 1024 * 1024),
  }),
  z.strictObject({ type: z.literal('drip'), status: status.default(200), interval_ms: z.number().int().positive().default(1000) }),
  /** The real answer with fields replaced and deleted; a path is `data.user.open_id`. */
  z.strictObject({
    type: z.literal('transform'),
    set: z.record(jsonPath, z.json()).default({}),
    delete: z.array(jsonPath).default([]),
    status: status.optional(),
    headers,
  }),
]);
export type FaultAction = z.infer<typeof actionSchema>;

/** A fault as it is set through the control endpoint. */
export const faultSchema = z.strictObject({
  /** A name such as `token.refresh`, a group such as `token`, or `*`. */
  endpoint: z.string().min(1),
  /** How often it strikes; null for a standing rule. */
  times: z.number().int().positive().nullable().default(1),
  /** How many matching calls pass unharmed before. */
  skip: z.number().int().nonnegative().default(0),
  account: z.string().optional(),
  client_key: z.string().optional(),
  /** Whether the request is carried out before its answer is spoilt. */
  when: z.enum(['before', 'after']).default('before'),
  delay_ms: z.number().int().nonnegative().max(3_600_000).default(0),
  action: actionSchema.default({ type: 'pass' }),
});
export type Fault = Readonly<z.infer<typeof faultSchema> & { id: number; struck: number }>;
export type FaultRule = z.infer<typeof faultSchema>;
